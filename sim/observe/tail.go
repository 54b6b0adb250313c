package observe

import (
	"bytes"
	"io"
	"os"
)

// tail gives the lines that are added to a file. It begins at the end of what is there, and follows the file through
// truncation and replacement (log rotation). The zero value with a path is ready; Close ends it.
type tail struct {
	path    string
	file    *os.File
	partial []byte
	began   bool
}

// lines reads what is new, whole lines only. A file that is not there yet has none.
func (t *tail) lines() ([]string, error) {
	before := t.file
	lines, err := t.read() // of a file that was replaced, what came at its end
	if err != nil {
		return lines, err
	}
	if err := t.follow(); err != nil || t.file == before {
		return lines, err
	}
	more, err := t.read()
	return append(lines, more...), err
}

// read gives the whole lines that the open file has got since.
func (t *tail) read() (lines []string, err error) {
	if t.file == nil {
		return nil, nil
	}
	fresh, err := io.ReadAll(t.file)
	if err != nil {
		return nil, err
	}
	t.partial = append(t.partial, fresh...)
	for {
		line, rest, whole := bytes.Cut(t.partial, []byte("\n"))
		if !whole {
			return lines, nil
		}
		lines = append(lines, string(line))
		t.partial = rest
	}
}

// follow opens the file, or opens it again where it is not the same any more or has become shorter.
func (t *tail) follow() error {
	now, err := os.Stat(t.path)
	if os.IsNotExist(err) {
		t.began = true // what comes now is new from its first byte
		return nil
	}
	if err != nil {
		return err
	}
	if t.file != nil {
		was, err := t.file.Stat()
		if err != nil {
			return err
		}
		at, err := t.file.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		if os.SameFile(was, now) && now.Size() >= at {
			return nil
		}
		t.Close()
	}
	if t.file, err = os.Open(t.path); err != nil {
		t.file = nil
		return err
	}
	if !t.began {
		t.began = true
		_, err = t.file.Seek(0, io.SeekEnd)
	}
	return err
}

// Close lets go of the file.
func (t *tail) Close() {
	if t.file != nil {
		t.file.Close() // read only: no error to lose
		t.file, t.partial = nil, nil
	}
}
