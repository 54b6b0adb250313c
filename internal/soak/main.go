// Command soak runs the director for a long time under half of the load that it can bear, while workers are replaced, servers are killed
// and slow clients hang on, and demands that no request is lost that HAProxy would not lose, and that memory, descriptors and goroutines do
// not grow. It uses only loopback, and servers of its own.
//
//	go run ./internal/soak -duration 10m -program bin/proxy
//
// What HAProxy loses as well is counted apart: an answer that a server owed when it was killed. A request on a connection that the
// director has closed while it was idle is sent again, as every client does.
package main

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"sync"
	"time"
)

// soak is one run.
type soak struct {
	*rig
	clients, slow int
	period        time.Duration // of one client's requests
	peak          float64       // requests a second
	tally         *tally
	reloads       int
	kills         int
	calm          []sample // of the part without reloads
	whole         []sample
	faults        []string
}

func main() {
	duration := flag.Duration("duration", 10*time.Minute, "how long")
	program := flag.String("program", "bin/proxy", "the director, or haproxy")
	clients := flag.Int("clients", 48, "connections that send; a quarter of them over TLS")
	slow := flag.Int("slow", 12, "slow clients beside")
	flag.Parse()
	os.Exit(run(*program, *duration, *clients, *slow))
}

func run(program string, duration time.Duration, clients, slow int) int {
	r, err := newRig(program, 3)
	s := &soak{rig: r, clients: clients, slow: slow, tally: newTally()}
	if err == nil {
		err = s.soak(duration)
	}
	if r != nil {
		if cerr := r.close(); err == nil && cerr != nil {
			err = fmt.Errorf("the director's end: %w", cerr)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		return 1
	}
	s.report(duration)
	if len(s.faults) > 0 {
		return 1
	}
	return 0
}

// soak measures the peak, then plays the run: for its first third workers are replaced, for the rest one worker stays, which must not grow.
func (s *soak) soak(duration time.Duration) error {
	if err := s.measure(); err != nil {
		return err
	}
	fmt.Printf("peak %.0f requests/s over %d connections; soaking at half of it for %v\n", s.peak, s.clients, duration)
	s.period = time.Duration(float64(s.clients) / (s.peak / 2) * float64(time.Second))
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for i := range s.clients {
		c := &client{rig: s.rig, tls: i%4 == 0, tally: s.tally}
		wg.Add(1)
		go func() {
			defer wg.Done()
			c.openLoop(s.period, s.period*time.Duration(i)/time.Duration(s.clients), stop)
		}()
	}
	for i := range s.slow {
		c := &client{rig: s.rig, tls: i%4 == 0, tally: s.tally}
		wg.Add(1)
		go func() { defer wg.Done(); c.slowly(stop) }()
	}
	err := s.play(duration)
	close(stop)
	wg.Wait()
	return err
}

// measure finds the highest rate, in a closed loop.
func (s *soak) measure() error {
	const long = 5 * time.Second
	t, stop := newTally(), make(chan struct{})
	var wg sync.WaitGroup
	for i := range s.clients {
		c := &client{rig: s.rig, tls: i%4 == 0, tally: t}
		wg.Add(1)
		go func() { defer wg.Done(); c.closedLoop(stop) }()
	}
	time.Sleep(long / 5) // connections and handshakes are not counted
	before, began := t.ok.Load(), time.Now()
	time.Sleep(long)
	s.peak = float64(t.ok.Load()-before) / time.Since(began).Seconds()
	close(stop)
	wg.Wait()
	if t.lost.Load() > 0 || s.peak < 1 {
		return fmt.Errorf("already at the start %d requests were lost: %v", t.lost.Load(), t.why)
	}
	return nil
}

// The rhythm of what happens.
const (
	reloadEvery = 8 * time.Second
	killEvery   = 11 * time.Second
	killedFor   = 3 * time.Second
	sampleEvery = 2 * time.Second
)

func (s *soak) play(duration time.Duration) error {
	begin := time.Now()
	restless := duration / 3
	nextReload, nextKill, nextSample := begin.Add(reloadEvery), begin.Add(killEvery/2), begin
	var down *server
	var up time.Time
	for now := begin; now.Sub(begin) < duration; now = time.Now() {
		switch {
		case down != nil && now.After(up):
			if err := down.start(); err != nil {
				return fmt.Errorf("start a server again: %w", err)
			}
			down = nil
		case down == nil && now.After(nextKill):
			down, up, nextKill = s.servers[s.kills%len(s.servers)], now.Add(killedFor), now.Add(killEvery)
			down.kill()
			s.kills++
		case now.Sub(begin) < restless && now.After(nextReload):
			nextReload = now.Add(reloadEvery)
			if err := s.reload(); err != nil {
				return err
			}
			s.reloads++
		case now.After(nextSample):
			nextSample = now.Add(sampleEvery)
			s.take(now.Sub(begin) > restless+duration/10)
		default:
			time.Sleep(50 * time.Millisecond)
		}
		select {
		case err := <-s.exited:
			s.exited <- err
			return fmt.Errorf("the director has ended: %v; it said:\n%s", err, s.said())
		default:
		}
	}
	if down != nil {
		return down.start()
	}
	return nil
}

// take notes what the processes hold; calm is the part in which one worker stays.
func (s *soak) take(calm bool) {
	one, ok := s.sample()
	if !ok {
		return
	}
	s.whole = append(s.whole, one)
	if calm {
		s.calm = append(s.calm, one)
	}
}

// report prints the table, and what was not as it has to be.
func (s *soak) report(duration time.Duration) {
	t := s.tally
	row := func(name, format string, args ...any) {
		fmt.Printf("| %-34s | %-44s |\n", name, fmt.Sprintf(format, args...))
	}
	row("soak", "%v at %.0f requests/s, half of %.0f", duration, s.peak/2, s.peak)
	row("reloads, kills of servers", "%d, %d", s.reloads, s.kills)
	row("requests answered", "%d, and %d large ones to slow clients", t.ok.Load(), t.slowOK.Load())
	row("lost", "%d", t.lost.Load())
	row("owed by a server that was killed", "%d", t.excused.Load())
	row("sent again: connection closed idle", "%d", t.again.Load())
	row("left out: the load could not send", "%d", t.late.Load())
	ms := func(q float64) float64 { return float64(t.hist.ValueAtQuantile(q)) / 1000 }
	row("latency p50, p99, p99.9, max", "%.2f, %.2f, %.1f, %.0f ms", ms(50), ms(99), ms(99.9), float64(t.hist.Max())/1000)
	s.steady("memory of the worker, KB", s.calm, func(x sample) int { return x.rss }, 8<<10, 20)
	s.steady("descriptors of the worker", s.calm, func(x sample) int { return x.fds }, 40, 20)
	s.steady("goroutines of the worker", s.calm, func(x sample) int { return x.goroutines }, 40, 20)
	s.steady("memory of the master, KB", s.whole, func(x sample) int { return x.masterRSS }, 8<<10, 30)
	s.steady("descriptors of the master", s.whole, func(x sample) int { return x.masterFDs }, 8, 20)
	if n := t.lost.Load(); n > 0 {
		s.faults = append(s.faults, fmt.Sprintf("%d requests were lost", n))
	}
	if t.ok.Load() == 0 || t.slowOK.Load() == 0 || s.reloads == 0 || s.kills == 0 {
		s.faults = append(s.faults, "nothing was put to the test: the run is too short")
	}
	for _, w := range t.why {
		fmt.Println("lost:", w)
	}
	for _, f := range s.faults {
		fmt.Println("FAIL:", f)
	}
	if len(s.faults) == 0 {
		fmt.Println("PASS")
	}
}

// steady compares the median of the last third of some samples with that of the first: more than slack and percent above it is growth.
func (s *soak) steady(name string, list []sample, get func(sample) int, slack, percent int) {
	if len(list) < 6 {
		s.faults = append(s.faults, name+": too few samples")
		return
	}
	first, last := middle(list[:len(list)/3], get), middle(list[len(list)*2/3:], get)
	fmt.Printf("| %-34s | %-44s |\n", name, fmt.Sprintf("%d at first, %d at last", first, last))
	if last > first+slack && last*100 > first*(100+percent) {
		s.faults = append(s.faults, fmt.Sprintf("%s grew from %d to %d", name, first, last))
	}
}

func middle(list []sample, get func(sample) int) int {
	var n []int
	for _, x := range list {
		n = append(n, get(x))
	}
	sort.Ints(n)
	return n[len(n)/2]
}
