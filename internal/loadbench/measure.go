package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"simulacro/sim"
	"simulacro/sim/load"
)

// generator is a program that sends load.
type generator struct {
	name, program string
	// args are its arguments for a rate; input goes to its standard input.
	args  func(b *bench, rate int, dir string) (args []string, input string)
	parse func(b *bench, said []byte, dir string) (figures, error)
}

// figures are what a generator says.
type figures struct {
	requests int64
	rate     float64 // reached, requests/s
	p50, p99 time.Duration
}

// row is a line of the table.
type row struct {
	figures
	generator string
	asked     int
	cpu       time.Duration // of the generator's process, user and system
}

func (b *bench) generators() []generator {
	return []generator{
		{"simulacro load", b.simulacro, ourArgs, ourFigures},
		{"vegeta", b.vegeta, vegetaArgs, vegetaFigures},
		{"wrk (closed loop)", "wrk", wrkArgs, wrkFigures},
	}
}

// measure runs a generator once and takes its processor time from the kernel.
func (b *bench) measure(ctx context.Context, g generator, rate int) (r row, err error) {
	ctx, cancel := context.WithTimeout(ctx, 4*b.length+10*time.Second)
	defer cancel()
	dir, err := os.MkdirTemp("", "loadbench")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	args, input := g.args(b, rate, dir)
	cmd := exec.CommandContext(ctx, g.program, args...)
	cmd.Stdin = bytes.NewBufferString(input)
	cmd.Stderr = os.Stderr
	said, err := cmd.Output()
	if err != nil {
		return r, err
	}
	r = row{generator: g.name, asked: rate, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	r.figures, err = g.parse(b, said, dir)
	if err == nil && r.requests == 0 {
		err = fmt.Errorf("it sent nothing: %s", said)
	}
	return r, err
}

func ourArgs(b *bench, rate int, _ string) ([]string, string) {
	spec, _ := json.Marshal(load.Spec{URL: b.url, KeepAlive: true, Steps: []load.Step{{Rate: float64(rate), For: b.length}}})
	return []string{"load", "--spec", string(spec)}, ""
}

// ourFigures come from the last event, which is what the generator says of itself; it prints each request too, as in a run.
func ourFigures(_ *bench, said []byte, _ string) (f figures, err error) {
	s := bufio.NewScanner(bytes.NewReader(said))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var e sim.Event
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			return f, err
		}
		if l := e.Load; l != nil {
			f = figures{requests: l.Sent, rate: l.Achieved, p50: l.P50, p99: l.P99}
		}
	}
	return f, s.Err()
}

// vegetaArgs lets it write its results to a file, as it does by itself; they are read by a second process that is not measured.
func vegetaArgs(b *bench, rate int, dir string) ([]string, string) {
	return []string{"attack", "-rate", strconv.Itoa(rate), "-duration", b.length.String(), "-output", filepath.Join(dir, "results.bin")}, "GET " + b.url + "/\n"
}

func vegetaFigures(b *bench, _ []byte, dir string) (f figures, err error) {
	said, err := exec.Command(b.vegeta, "report", "-type", "json", filepath.Join(dir, "results.bin")).Output()
	if err != nil {
		return f, err
	}
	var doc struct {
		Requests  int64
		Rate      float64
		Latencies struct {
			P50 time.Duration `json:"50th"`
			P99 time.Duration `json:"99th"`
		}
	}
	err = json.Unmarshal(said, &doc)
	return figures{doc.Requests, doc.Rate, doc.Latencies.P50, doc.Latencies.P99}, err
}

// wrkArgs gives it as many connections as reach the rate where each answer takes the server's delay and nothing more.
func wrkArgs(b *bench, rate int, _ string) ([]string, string) {
	connections := max(1, int(float64(rate)*delay.Seconds()))
	return []string{"-t1", "-c", strconv.Itoa(connections), "-d", strconv.Itoa(int(b.length.Seconds())) + "s", "--latency", b.url + "/"}, ""
}

var wrkForm = regexp.MustCompile(`(?s)50%\s+([0-9.]+[a-z]+).*99%\s+([0-9.]+[a-z]+).*\n\s+([0-9]+) requests in.*Requests/sec:\s+([0-9.]+)`)

func wrkFigures(_ *bench, said []byte, _ string) (f figures, err error) {
	m := wrkForm.FindSubmatch(said)
	if m == nil {
		return f, fmt.Errorf("not understood: %s", said)
	}
	if f.p50, err = time.ParseDuration(string(m[1])); err != nil {
		return f, err
	}
	if f.p99, err = time.ParseDuration(string(m[2])); err != nil {
		return f, err
	}
	if f.requests, err = strconv.ParseInt(string(m[3]), 10, 64); err != nil {
		return f, err
	}
	f.rate, err = strconv.ParseFloat(string(m[4]), 64)
	return f, err
}

// table writes the rows with their ratios to vegeta's at the same rate.
func table(out io.Writer, rows []row) {
	fmt.Fprintln(out, "| generator | asked for | reached | p50 above the truth | p99 above the truth | processor time a request | to vegeta's |")
	fmt.Fprintln(out, "|---|---:|---:|---:|---:|---:|---:|")
	for _, r := range rows {
		ratio := "-"
		for _, v := range rows {
			if v.generator == "vegeta" && v.asked == r.asked {
				ratio = fmt.Sprintf("%.2f", r.perRequest().Seconds()/v.perRequest().Seconds())
			}
		}
		fmt.Fprintf(out, "| %s | %d/s | %.2f %% | %s | %s | %s | %s |\n", r.generator, r.asked, 100*r.rate/float64(r.asked),
			above(r.p50), above(r.p99), micro(r.perRequest()), ratio)
	}
}

func (r row) perRequest() time.Duration { return r.cpu / time.Duration(r.requests) }

func above(d time.Duration) string { return fmt.Sprintf("%.2f ms", (d-delay).Seconds()*1000) }

func micro(d time.Duration) string { return fmt.Sprintf("%d µs", d.Microseconds()) }
