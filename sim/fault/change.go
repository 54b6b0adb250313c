package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"simulacro/sim"
)

// edit is a change to one file of the node, as an operator makes it in an editor, and the command that loads it. The
// file is saved whole before, and written back whole.
type edit struct {
	path string
	// change gives the broken text; an error means that there is nothing in the text to break.
	change func(s *Site, text string) (string, error)
	load   []string // makes the service read the file; empty: it is read by itself
	// refused tells that load must fail on the broken text, which is for the probe to see.
	refused bool
	// marks are words that other faults leave in the file: of two at a time, the first one's recovery would be undone by
	// the second one's.
	marks []string
}

// savedText is the key in Site.Saved of a file's text.
const savedText = "text"

func (e edit) save(ctx context.Context, s *Site) error {
	text, err := s.read(ctx, e.path)
	if err != nil {
		return err
	}
	for _, mark := range e.marks {
		if strings.Contains(text, mark) {
			return fmt.Errorf("%s: %s holds %q: another fault has changed it; one at a time", s.Node.Name, e.path, mark)
		}
	}
	s.Saved[savedText] = text
	_, err = e.changed(s)
	return err
}

func (e edit) changed(s *Site) (string, error) {
	text, err := e.change(s, s.Saved[savedText])
	if err == nil && text == s.Saved[savedText] {
		err = errors.New("there is nothing to change")
	}
	if err != nil {
		return "", fmt.Errorf("%s: %s: %w", s.Node.Name, e.path, err)
	}
	return text, nil
}

func (e edit) inject(ctx context.Context, s *Site) error {
	text, err := e.changed(s)
	if err != nil {
		return err
	}
	if err := s.write(ctx, e.path, text); err != nil || len(e.load) == 0 {
		return err
	}
	if e.refused {
		_, err := s.ask(ctx, e.load...)
		return err
	}
	return s.run(ctx, e.load...)
}

func (e edit) recover(ctx context.Context, s *Site) error {
	if err := s.write(ctx, e.path, s.Saved[savedText]); err != nil || len(e.load) == 0 {
		return err
	}
	return s.run(ctx, e.load...)
}

// read gives a file as it is.
func (s *Site) read(ctx context.Context, path string) (string, error) {
	out, err := s.Exec(ctx, s.Node.Name, "cat", path)
	if err == nil && out.Code != 0 {
		err = errors.New(strings.TrimSpace(out.Stderr))
	}
	if err != nil {
		return "", fmt.Errorf("%s: read %s: %w", s.Node.Name, path, err)
	}
	return out.Stdout, nil
}

// overwrite keeps the file's owner and mode.
const overwrite = `printf %s "$1" >"$2"`

func (s *Site) write(ctx context.Context, path, text string) error {
	return s.run(ctx, "sh", "-c", overwrite, "sh", text, path)
}

// commentOut puts a # before the lines that begin with a word.
func commentOut(text, word string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), word) {
			b.WriteString("#")
		}
		b.WriteString(line)
	}
	return b.String()
}

// page is what a user of a node gets for a path; code is "000" where nobody answers.
type page struct{ from, url, code, body string }

func (p page) String() string { return fmt.Sprintf("from %s, %s gives %s", p.from, p.url, p.code) }

// page asks a web server for a path, from where its users are: a real server from the director, the director from the
// client.
func (s *Site) page(ctx context.Context, node sim.Node, path string) (page, error) {
	p := page{from: s.Plan.Nodes()[0].Name, url: "http://" + node.Inner.String() + path}
	if node.Role == sim.Director {
		p.from, p.url = "client", "http://"+node.Outer.String()+path
	}
	out, err := s.Exec(ctx, p.from, "curl", "-s", "-m", webWait, "-w", "\n%{http_code}", p.url)
	if err != nil {
		return p, fmt.Errorf("look at %s from %s: %w", p.url, p.from, err)
	}
	if i := strings.LastIndex(out.Stdout, "\n"); i >= 0 {
		p.body, p.code = out.Stdout[:i], out.Stdout[i+1:]
	}
	return p, nil
}

// servers gives the real servers that run.
func (s *Site) servers(ctx context.Context) ([]sim.Node, error) {
	var run []sim.Node
	for _, n := range s.Plan.Nodes() {
		if st, err := s.State(ctx, n.Name); n.Role == sim.Server && err == nil && st == Running {
			run = append(run, n)
		}
	}
	if len(run) == 0 {
		return nil, fmt.Errorf("no real server runs from which %s could be looked at", s.Node.Name)
	}
	return run, nil
}

// everyServer asks the same of all real servers that run, and tells whether it is so of each.
func (s *Site) everyServer(ctx context.Context, is func(sim.Node) (bool, string, error)) (Seen, error) {
	servers, err := s.servers(ctx)
	if err != nil {
		return Seen{}, err
	}
	all, said := true, []string{}
	for _, server := range servers {
		ok, what, err := is(server)
		if err != nil {
			return Seen{}, err
		}
		all, said = all && ok, append(said, what)
	}
	return Seen{all, strings.Join(said, "; ")}, nil
}
