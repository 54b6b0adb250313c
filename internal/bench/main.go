package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "names of the cases to measure, separated by commas; none: all")
	out := flag.String("out", "docs/performance.md", "page whose table is replaced, between its markers; -: only to the terminal")
	data := flag.String("data", "out/bench", "folder of the figures, also of cases that were measured before")
	rounds := flag.Int("rounds", 5, "how often each program has its turn")
	seconds := flag.Float64("seconds", 1.5, "how long a turn is")
	haproxy := flag.String("haproxy", "haproxy", "the program to compare with")
	proxy := flag.String("proxy", "bin/proxy", "the director")
	one := flag.String("case", "", "measure this case where the process is, and write no page; without, each case gets a network namespace of its own")
	own := flag.Bool("namespace", false, "the process has a new network namespace, to be made fit for use first")
	flag.Parse()
	b := bench{
		settings: settings{*rounds, time.Duration(*seconds * float64(time.Second))},
		haproxy:  *haproxy, proxy: *proxy, data: *data,
	}
	if err := b.main(*one, *only, *out, *own); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is what is compared, how long, and where the figures go.
type bench struct {
	settings
	haproxy, proxy string
	data           string // folder
}

// main measures one case, or several.
func (b *bench) main(one, only, out string, own bool) error {
	if own {
		if err := prepare(); err != nil {
			return fmt.Errorf("prepare the network namespace: %w", err)
		}
	}
	if one != "" {
		return b.one(one)
	}
	return b.run(only, out)
}

// run measures the cases that only names, and writes the page.
func (b *bench) run(only, out string) error {
	if err := raiseLimit(); err != nil {
		return err
	}
	if err := os.MkdirAll(b.data, 0o755); err != nil {
		return err
	}
	names := strings.Split(only, ",")
	for _, name := range names {
		if only != "" && find(name) == nil {
			return fmt.Errorf("there is no case %q", name)
		}
	}
	for _, k := range cases {
		if only != "" && !slices.Contains(names, k.name) {
			continue
		}
		if err := b.apart(k.name); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	return b.write(out)
}

// apart measures a case in a network namespace of its own, or where there is none, here.
func (b *bench) apart(name string) error {
	err := inNamespace("-namespace", "-case", name, "-data", b.data, "-rounds", fmt.Sprint(b.rounds), "-seconds", fmt.Sprint(b.time.Seconds()),
		"-haproxy", b.haproxy, "-proxy", b.proxy)
	if errors.Is(err, errNoNamespace) {
		fmt.Fprintf(os.Stderr, "bench: %v; the machine's own network is used, whose tables many servers can fill\n", err)
		return b.one(name)
	}
	return err
}

// one measures a case.
func (b *bench) one(name string) error {
	k := find(name)
	if k == nil {
		return fmt.Errorf("there is no case %q", name)
	}
	o, err := b.compare(k)
	if err != nil {
		return err
	}
	if err := o.save(b.data, k.name); err != nil {
		return err
	}
	fmt.Printf("%s\n", table(map[string]*outcome{k.name: o}))
	return nil
}

// find gives the case of that name; nil: there is none.
func find(name string) *kase {
	for i := range cases {
		if cases[i].name == name {
			return &cases[i]
		}
	}
	return nil
}

// write puts all that has been measured, this time or before, into the page.
func (b *bench) write(out string) error {
	all, err := readOutcomes(b.data)
	if err != nil || out == "-" {
		return err
	}
	page, err := os.ReadFile(out)
	if err != nil {
		return err
	}
	text, err := between(string(page), document(all, b.haproxy))
	if err != nil {
		return fmt.Errorf("%s: %w", out, err)
	}
	return os.WriteFile(out, []byte(text), 0o644)
}

// The lines between which the page holds what the last run has measured.
const (
	begins = "<!-- bench-director: what follows is written by it -->\n"
	ends   = "<!-- bench-director: end -->\n"
)

// between puts text between the page's markers.
func between(page, text string) (string, error) {
	before, rest, ok := strings.Cut(page, begins)
	_, after, ended := strings.Cut(rest, ends)
	if !ok || !ended {
		return "", fmt.Errorf("the markers %q and %q are not there, one after the other", strings.TrimSpace(begins), strings.TrimSpace(ends))
	}
	return before + begins + "\n" + text + "\n" + ends + after, nil
}

// compare runs both programs on a case.
func (b *bench) compare(k *kase) (*outcome, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	servers, err := newBackend()
	if err != nil {
		return nil, err
	}
	defer servers.close()
	log, err := net.ListenPacket("udp", "127.0.0.1:0") // nobody reads: the system throws away what is too much
	if err != nil {
		return nil, err
	}
	defer log.Close()
	text := k.config(servers.port, log.LocalAddr().(*net.UDPAddr).Port)
	theirs, err := start("haproxy", dir, text, b.haproxy)
	if err != nil {
		return nil, err
	}
	defer theirs.stop()
	ours, err := start("director", dir, text, b.proxy)
	if err != nil {
		return nil, err
	}
	defer ours.stop()
	return k.measure(theirs, ours, b.settings)
}

// document is what the page says of a run.
func document(all map[string]*outcome, haproxy string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d cores, %s; %s\n\n", kernel(), runtime.NumCPU(), runtime.Version(), version(haproxy))
	b.WriteString(table(all) + scaling(all))
	return b.String()
}

func kernel() string {
	text, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return "Linux " + string(bytes.TrimSpace(text))
}

func version(haproxy string) string {
	text, err := exec.Command(haproxy, "-v").Output()
	if err != nil {
		return filepath.Base(haproxy)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	line, _, _ = strings.Cut(line, " - ")
	return line
}
