package run

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"simulacro/sim"
)

// journalLines bounds what is taken of one node's journal.
const journalLines = "3000"

// collect adds the journals of the nodes that run to the history: what systemd and the services said during the run.
func (p *play) collect(ctx context.Context) {
	var wg sync.WaitGroup
	for _, n := range p.plan.Nodes() {
		if n.Role != sim.Client { // which has no systemd
			wg.Go(func() { p.journal(ctx, n.Name) })
		}
	}
	wg.Wait()
}

// maxFile bounds what of a file goes into the history, in bytes.
const maxFile = 64 << 10

// files adds the configuration of every node that can be read to the history of a run that did not pass.
func (p *play) files(ctx context.Context) {
	for _, n := range p.plan.Nodes() {
		for _, path := range configFiles {
			data, err := p.cluster.ReadFile(ctx, n.Name, path)
			if err != nil {
				continue // not every node has every file
			}
			text := strings.ToValidUTF8(string(data[:min(len(data), maxFile)]), "?")
			p.rec.Record(sim.Event{At: time.Now().UTC(), Kind: sim.KindFile, Node: n.Name, Path: path, Text: text})
		}
	}
}

func (p *play) journal(ctx context.Context, node string) {
	if st, err := p.cluster.State(ctx, node); err != nil || st != "running" {
		return
	}
	out, err := p.cluster.Exec(ctx, node, "journalctl", "--no-pager", "--quiet", "--output=short-unix", "--lines="+journalLines,
		fmt.Sprintf("--since=@%d", p.began.Unix()))
	if err != nil {
		p.emit(sim.Event{At: time.Now().UTC(), Kind: sim.KindLog, Node: node, Text: "journal: " + err.Error()})
		return
	}
	for line := range strings.Lines(out.Stdout) {
		at, text := journalTime(strings.TrimSpace(line))
		if !at.Before(p.began) {
			p.rec.Record(sim.Event{At: at.UTC(), Kind: sim.KindLog, Node: node, Text: text})
		}
	}
}

// journalTime takes the time off a line of journalctl's short-unix format: seconds and microseconds since the epoch.
func journalTime(line string) (time.Time, string) {
	stamp, text, _ := strings.Cut(line, " ")
	sec, frac, _ := strings.Cut(stamp, ".")
	s, err := strconv.ParseInt(sec, 10, 64)
	us, err2 := strconv.ParseInt(frac, 10, 64)
	if err != nil || err2 != nil {
		return time.Now(), line
	}
	return time.Unix(s, us*1000), text
}
