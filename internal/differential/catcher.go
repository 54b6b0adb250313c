package differential

import (
	"net"
	"slices"
	"strings"
	"sync"
)

// catcher receives syslog messages.
type catcher struct {
	conn  net.PacketConn
	done  chan struct{}
	mu    sync.Mutex
	lines []string
	taken int // how many have been noted
}

func newCatcher(s *Side) *catcher {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	s.must(err, "receive logs")
	k := &catcher{conn: conn, done: make(chan struct{})}
	go k.receive()
	return k
}

func (k *catcher) addr() string { return k.conn.LocalAddr().String() }

func (k *catcher) receive() {
	defer close(k.done)
	b := make([]byte, 64<<10)
	for {
		n, _, err := k.conn.ReadFrom(b)
		if err != nil {
			return
		}
		k.mu.Lock()
		k.lines = append(k.lines, string(b[:n]))
		k.mu.Unlock()
	}
}

func (k *catcher) close() {
	_ = k.conn.Close()
	<-k.done
}

// next gives the lines that have come and were not noted yet.
func (k *catcher) next() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lines[k.taken:]
}

// LogsTo notes the lines up to the one that has the text, in their order, without those of a start.
func (s *Side) LogsTo(text string) {
	s.Until("the log line "+text, func() bool {
		return slices.ContainsFunc(s.logs.next(), func(l string) bool { return strings.Contains(l, text) })
	})
	list := s.logs.next()
	end := 1 + slices.IndexFunc(list, func(l string) bool { return strings.Contains(l, text) })
	s.logs.mu.Lock()
	s.logs.taken += end
	s.logs.mu.Unlock()
	for _, l := range list[:end] {
		if !isStart(l) {
			s.note("log", s.normalLog(l))
		}
	}
}

// Logs waits for n more log lines, and notes them. Lines of the start-up of proxies are left out.
func (s *Side) Logs(n int) {
	wanted := func() (list []string, upTo int) {
		for i, l := range s.logs.next() {
			if !isStart(l) {
				list = append(list, l)
				upTo = i + 1
			}
			if len(list) == n {
				break
			}
		}
		return list, upTo
	}
	s.Until("log lines", func() bool { list, _ := wanted(); return len(list) >= n })
	list, upTo := wanted()
	s.logs.mu.Lock()
	s.logs.taken += upTo
	s.logs.mu.Unlock()
	var lines []string
	for _, l := range list {
		lines = append(lines, s.normalLog(l))
	}
	if strings.Contains(lines[0], "(port)") { // requests: who has its answer first may be logged last
		slices.Sort(lines)
	}
	for _, l := range lines {
		s.note("log", l)
	}
}

// UntilLog waits for a log line that contains the text, and notes it. The lines before it are left out.
func (s *Side) UntilLog(text string) {
	found := -1
	s.Until("a log line with "+text, func() bool {
		for i, l := range s.logs.next() {
			if strings.Contains(s.normalLog(l), text) {
				found = i
				return true
			}
		}
		return false
	})
	line := s.logs.next()[found]
	s.logs.mu.Lock()
	s.logs.taken += found + 1
	s.logs.mu.Unlock()
	s.note("log", s.normalLog(line))
}

// NoLog notes how many lines have come that were not noted.
func (s *Side) NoLog() {
	n := 0
	for _, l := range s.logs.next() {
		if !isStart(l) {
			n++
		}
	}
	s.Note("%d further log lines", n)
}

func isStart(line string) bool {
	return strings.Contains(line, ": Proxy ") && strings.HasSuffix(strings.TrimRight(line, "\n"), " started.")
}
