package fault

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// LedgerFile is the ledger's name in a cluster's state directory.
const LedgerFile = "undo.ndjson"

// ErrBusy means that another process has the ledger: a run is under way.
var ErrBusy = errors.New("a run is under way on this cluster")

// Entry is one line of the ledger: an undo that is owed, or (Done) one that is not owed any more.
type Entry struct {
	ID     string            `json:"id"`
	Kind   string            `json:"kind"`
	Node   string            `json:"node"`
	Params map[string]string `json:"params,omitempty"`
	Saved  map[string]string `json:"saved,omitempty"`
	Done   bool              `json:"done,omitempty"`
}

// Key tells entries apart: one fault may have several targets.
func (e Entry) Key() string { return e.ID + "/" + e.Node }

// Ledger holds, on disk, what is to be undone. Every line is synced before the call returns, so that it survives the
// process and the machine. It is locked (flock(2)) as long as it is open: the lock of a killed process is free at once.
type Ledger struct {
	mu   sync.Mutex
	file *os.File
	owed []Entry
}

// OpenLedger opens or creates the ledger and locks it; ErrBusy where another process has it.
func OpenLedger(path string) (*Ledger, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	var f *os.File
	for f == nil {
		var err error
		if f, err = openLocked(path); err != nil {
			return nil, err
		}
	}
	l := &Ledger{file: f}
	if err := errors.Join(l.load(), syncDir(filepath.Dir(path))); err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

// openLocked gives nil where the file was removed between its opening and its locking: what is written to it would be lost, and
// its lock would keep nobody out.
func openLocked(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = ErrBusy
		}
		return nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	if !isAt(f, path) {
		f.Close()
		return nil, nil
	}
	return f, nil
}

// isAt tells whether a file is the one that has the path now.
func isAt(f *os.File, path string) bool {
	own, err := f.Stat()
	there, err2 := os.Stat(path)
	return err == nil && err2 == nil && os.SameFile(own, there)
}

// Exists tells whether there is a ledger at all.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// load reads what is owed. A last line without its end was torn by a crash before its sync, hence before its fault: it
// is cut off, so that the next line does not grow onto it.
func (l *Ledger) load() error {
	r := bufio.NewReader(l.file)
	whole := int64(0)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return l.file.Truncate(whole)
		}
		whole += int64(len(line))
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("ledger %s:%d: %w", l.file.Name(), n, err)
		}
		l.apply(e)
	}
}

func (l *Ledger) apply(e Entry) {
	kept := l.owed[:0]
	for _, o := range l.owed {
		if !e.Done || o.Key() != e.Key() {
			kept = append(kept, o)
		}
	}
	l.owed = kept
	if !e.Done {
		l.owed = append(l.owed, e)
	}
}

// Planned writes an undo that is owed from now on.
func (l *Ledger) Planned(e Entry) error { return l.write(e) }

// Done writes that the undo of that key is not owed any more.
func (l *Ledger) Done(key string) error {
	for _, e := range l.Owed() {
		if e.Key() == key {
			return l.write(Entry{ID: e.ID, Kind: e.Kind, Node: e.Node, Done: true})
		}
	}
	return nil
}

// Owed lists the undos in the order in which to do them: the last first.
func (l *Ledger) Owed() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	var owed []Entry
	for i := len(l.owed) - 1; i >= 0; i-- {
		owed = append(owed, l.owed[i])
	}
	return owed
}

func (l *Ledger) write(e Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if _, err := l.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if err := l.file.Sync(); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	l.apply(e)
	return nil
}

// Close gives the lock back. A ledger in which nothing is owed is removed.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	if len(l.owed) == 0 && isAt(l.file, l.file.Name()) { // else the state directory went with the cluster, and the path is another's
		err = os.Remove(l.file.Name())
	}
	return errors.Join(err, l.file.Close())
}

// syncDir makes a new file's name as durable as its content.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}
