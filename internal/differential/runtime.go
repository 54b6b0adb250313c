package differential

import (
	"encoding/csv"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"time"
)

// ask sends a command to the runtime socket and gives the answer.
func (s *Side) ask(command string) (string, error) { return s.askOn("sock", command) }

// askOn is ask for another socket in the side's directory.
func (s *Side) askOn(socket, command string) (string, error) {
	c, err := net.Dial("unix", filepath.Join(s.dir, socket))
	if err != nil {
		return "", err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, command+"\n"); err != nil {
		return "", err
	}
	b, err := io.ReadAll(c)
	if err == nil && len(b) == 0 {
		err = io.ErrUnexpectedEOF
	}
	return string(b), err
}

// CLI sends a command to the runtime socket and notes the answer.
func (s *Side) CLI(command string) {
	text, err := s.ask(command)
	s.must(err, command)
	s.note("cli", strings.TrimRight(text, "\n"))
}

// CLIOn is CLI for another socket in the side's directory.
func (s *Side) CLIOn(socket, command string) {
	text, err := s.askOn(socket, command)
	s.must(err, command)
	s.note("cli", strings.TrimRight(text, "\n"))
}

// rows gives the statistics by "proxy/server" and column.
func (s *Side) rows() map[string]map[string]string {
	text, err := s.ask("show stat")
	s.must(err, "show stat")
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(strings.TrimSpace(text), "# "))).ReadAll()
	s.must(err, "read the statistics")
	rows := map[string]map[string]string{}
	for _, r := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = r[i]
		}
		rows[r[0]+"/"+r[1]] = row
	}
	return rows
}

// Field gives one value of the statistics: of "web/FRONTEND", "app/BACKEND", "app/a".
func (s *Side) Field(row, column string) string { return s.rows()[row][column] }

// Stat notes values of the statistics. Traffic may be counted a moment after it was seen, so that it waits for what the
// other side of the comparison would show, too: until two looks in a row agree. A check that is under way has made HAProxy forget
// the code and the text of the one before: its end is waited for, checkPatience at most, since it may be one that hangs.
func (s *Side) Stat(row string, columns ...string) {
	const checkPatience = 2 * time.Second
	checking, begin := false, time.Now()
	look := func() (text string) {
		r := s.rows()[row]
		if r == nil {
			return "not there"
		}
		checking = strings.HasPrefix(r["check_status"], "* ")
		for _, c := range columns {
			text += fmt.Sprintf(" %s=%s", c, strings.TrimPrefix(r[c], "* "))
		}
		return text
	}
	text := look()
	s.Until("steady statistics", func() bool {
		time.Sleep(30 * time.Millisecond)
		now := look()
		same := now == text
		text = now
		return same && (!checking || time.Since(begin) > checkPatience)
	})
	s.Note("stat %s%s", row, text)
}

// UntilStat waits until a value of the statistics is as given.
func (s *Side) UntilStat(row, column, value string) {
	last := ""
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if last = s.Field(row, column); last == value {
			return
		}
		if time.Now().After(end) {
			s.fail("waited in vain for %s of %s to be %s: it is %s", column, row, value, last)
		}
	}
}
