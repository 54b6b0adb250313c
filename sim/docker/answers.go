package docker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"simulacro/sim"
)

const (
	// answerPath goes the whole way: director, Apache, PHP, the NFS mount.
	answerPath   = "/index.php"
	serverHeader = "X-Server"
	// probeEvery and probesAtOnce: a probe does not wait for earlier ones, since a director holds a request for a second after
	// a refused connection (HAProxy's retries); the bound keeps a director that hangs from gathering hundreds.
	probeEvery   = 15 * time.Millisecond
	probesAtOnce = 100
	bootTimeout  = 120 * time.Second // a first boot reads cold disks
	// lastServer is how long after an answer a further server is waited for under a haproxy.cfg of the user's own, which
	// may well leave servers out.
	lastServer = 2 * time.Second
)

// Answers waits until servers different servers have answered requests for url, told by their X-Server header, and calls
// seen (nil is fine) for each. On an error it gives those that did, and why the others did not as far as the last answer
// tells. The client node runs it too, where the director is not published on the host.
func Answers(ctx context.Context, url string, servers int, seen func(server string)) ([]string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	transport := &http.Transport{DisableKeepAlives: true}
	p := &prober{client: &http.Client{Transport: transport}, url: url, results: make(chan result), limit: make(chan struct{}, probesAtOnce)}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { p.fire(ctx) })
	return collect(ctx, p.results, servers, seen)
}

// collect gathers the names of those that answered.
func collect(ctx context.Context, results <-chan result, servers int, seen func(string)) ([]string, error) {
	var names []string
	last := "no answer"
	for len(names) < servers {
		select {
		case <-ctx.Done():
			return names, fmt.Errorf("%d of %d servers answered (%s); the last answer was: %s: %w",
				len(names), servers, strings.Join(names, ", "), last, context.Cause(ctx))
		case r := <-results:
			last = r.text
			if r.server == "" || slices.Contains(names, r.server) {
				continue
			}
			names = append(names, r.server)
			if seen != nil {
				seen(r.server)
			}
		}
	}
	return names, nil
}

type result struct{ server, text string }

type prober struct {
	client  *http.Client
	url     string
	results chan result
	limit   chan struct{}
}

// fire sends requests until ctx ends, and waits for those under way.
func (p *prober) fire(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		select {
		case p.limit <- struct{}{}:
			wg.Go(func() {
				defer func() { <-p.limit }()
				r := p.get(ctx)
				select {
				case p.results <- r:
				case <-ctx.Done():
				}
			})
		default:
		}
	}
}

func (p *prober) get(ctx context.Context) result {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url, nil)
	if err != nil {
		return result{text: err.Error()}
	}
	answer, err := p.client.Do(req)
	if err != nil {
		return result{text: err.Error()}
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return result{text: answer.Status}
	}
	return result{server: answer.Header.Get(serverHeader), text: answer.Status}
}

// await is the last phase of Up.
func (c *Cluster) await(ctx context.Context, report *reporter) error {
	want := c.spec.Plan.Servers
	ph := report.phase(PhaseAnswers, want)
	ctx, cancel := context.WithTimeoutCause(ctx, bootTimeout, fmt.Errorf("not within %v", bootTimeout))
	defer cancel()
	enough, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	watched := make(chan struct{})
	defer func() { stop(nil); <-watched }()
	go func() { defer close(watched); c.watchBoot(enough, stop) }()
	var late *time.Timer
	seen := func(server string) {
		ph.advance(server + " answers")
		if c.spec.HAProxyCfg == "" {
			return
		}
		if late != nil {
			late.Stop()
		}
		late = time.AfterFunc(lastServer, func() { stop(nil) })
	}
	names, err := c.answers(enough, want, seen)
	if late != nil {
		late.Stop()
		if ctx.Err() == nil {
			err = nil // some answered, and no more within lastServer
		}
	}
	if failed := (*bootFailed)(nil); errors.As(context.Cause(enough), &failed) {
		return failed
	}
	if err != nil && ctx.Err() != nil && context.Cause(ctx) != context.Canceled {
		return fmt.Errorf("%w\n%s", err, c.diagnose(ctx))
	}
	if err != nil {
		return err
	}
	slices.Sort(names)
	ph.done(strings.Join(names, ", ") + " answer through the director")
	return nil
}

// URL is the director's on the host, "" where the plan publishes no port.
func (c *Cluster) URL() string {
	if c.spec.Plan.Port == 0 {
		return ""
	}
	return "http://localhost:" + strconv.Itoa(c.spec.Plan.Port)
}

// answers asks through the published port; from the client node where there is none, or the engine is on another machine.
func (c *Cluster) answers(ctx context.Context, want int, seen func(string)) ([]string, error) {
	if c.published() {
		host := net.JoinHostPort(loopback, strconv.Itoa(c.spec.Plan.Port))
		return Answers(ctx, "http://"+host+answerPath, want, seen)
	}
	return c.answersInside(ctx, want, seen)
}

// published tells whether a port of this machine leads to the director.
func (c *Cluster) published() bool { return c.spec.Plan.Port != 0 && c.rt.local() }

func (r *Runtime) local() bool {
	host := r.api.DaemonHost()
	return strings.HasPrefix(host, "unix://") || strings.HasPrefix(host, "npipe://")
}

// ProbeCommand is the hidden command by which the client node does what Answers does; it prints a line a server.
const ProbeCommand = "probe"

func (c *Cluster) answersInside(ctx context.Context, want int, seen func(string)) ([]string, error) {
	out, in := io.Pipe()
	var names []string
	var wg sync.WaitGroup
	wg.Go(func() {
		s := bufio.NewScanner(out)
		for s.Scan() {
			names = append(names, s.Text())
			seen(s.Text())
		}
	})
	var stderr strings.Builder
	code, err := c.Stream(ctx, string(sim.Client), in, &stderr, "/usr/local/bin/simulacro", ProbeCommand,
		"http://"+c.spec.Plan.VIP().String()+answerPath, strconv.Itoa(want))
	_ = in.Close()
	wg.Wait()
	if err == nil && code != 0 {
		err = fmt.Errorf("%s", strings.TrimSpace(stderr.String()))
	}
	return names, err
}
