package main

import (
	"bytes"
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
	flag.Parse()
	s := settings{*rounds, time.Duration(*seconds * float64(time.Second))}
	if err := run(*only, *out, *data, s, *haproxy, *proxy); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(only, out, data string, s settings, haproxy, proxy string) error {
	if err := raiseLimit(); err != nil {
		return err
	}
	if err := os.MkdirAll(data, 0o755); err != nil {
		return err
	}
	for _, name := range strings.Split(only, ",") {
		if only != "" && !slices.ContainsFunc(cases, func(k kase) bool { return k.name == name }) {
			return fmt.Errorf("there is no case %q", name)
		}
	}
	for _, k := range cases {
		if only != "" && !slices.Contains(strings.Split(only, ","), k.name) {
			continue
		}
		o, err := compare(k, s, haproxy, proxy)
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		if err := o.save(data, k.name); err != nil {
			return err
		}
		fmt.Printf("%s\n", table(map[string]*outcome{k.name: o}))
	}
	all, err := readOutcomes(data)
	if err != nil || out == "-" {
		return err
	}
	page, err := os.ReadFile(out)
	if err != nil {
		return err
	}
	text, err := between(string(page), document(all, haproxy))
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
func compare(k kase, s settings, haproxy, proxy string) (*outcome, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	b, err := newBackend()
	if err != nil {
		return nil, err
	}
	defer b.close()
	log, err := net.ListenPacket("udp", "127.0.0.1:0") // nobody reads: the system throws away what is too much
	if err != nil {
		return nil, err
	}
	defer log.Close()
	text := k.config(b.port, log.LocalAddr().(*net.UDPAddr).Port)
	theirs, err := start("haproxy", dir, text, haproxy)
	if err != nil {
		return nil, err
	}
	defer theirs.stop()
	ours, err := start("director", dir, text, proxy)
	if err != nil {
		return nil, err
	}
	defer ours.stop()
	return k.measure(theirs, ours, s)
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
