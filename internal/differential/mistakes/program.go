package mistakes

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// fileName is what the programs call the configuration: both run in its folder.
const fileName = "haproxy.cfg"

// checkTimeout bounds one check. HAProxy needs a few milliseconds; a name that does not resolve some more.
const checkTimeout = time.Minute

// Program is an haproxy, or what stands in for it.
type Program struct {
	Path string
	dir  string
}

// NewProgram gives the program at path a folder below dir of its own.
func NewProgram(path, dir string) (*Program, error) {
	own, err := os.MkdirTemp(dir, "")
	if err != nil {
		return nil, fmt.Errorf("folder for %s: %w", path, err)
	}
	return &Program{path, own}, nil
}

// Answer is what a program says of a file: its exit code, and the diagnostics in their order, a line each, without what
// belongs to the process rather than to the file: its number, version and path.
type Answer struct {
	Exit   int
	Output string // standard output
	Lines  []string
}

// String gives the answer as a text that can be compared and read.
func (a Answer) String() string {
	return fmt.Sprintf("exit %d\n%s%s", a.Exit, a.Output, strings.Join(a.Lines, "\n"))
}

var (
	pidPattern      = regexp.MustCompile(`^(\[[A-Z]+\]\s*)\(\d+\) `)
	preamblePattern = regexp.MustCompile(`^\[NOTICE\] .*(haproxy version is|path to executable is) `)
)

// attempts is how often a program that crashes is asked: HAProxy 2.6 now and then does while it frees a file that it refused.
const attempts = 5

// Check asks the program whether text is valid (`-c`). Both are asked where there is no network, so that no name resolves
// but those of the machine's own files, and none takes long to fail.
func (p *Program) Check(text string) (a Answer, err error) {
	for range attempts {
		if a, err = p.check(text); err == nil {
			return a, nil
		}
	}
	return a, err
}

func (p *Program) check(text string) (Answer, error) {
	if err := os.WriteFile(filepath.Join(p.dir, fileName), []byte(text), 0o600); err != nil {
		return Answer{}, fmt.Errorf("write the configuration: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.Path, "-c", "-f", fileName)
	cmd.Dir = p.dir
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	cmd.SysProcAttr = offline()
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if cmd.ProcessState == nil || !cmd.ProcessState.Exited() {
		return Answer{}, fmt.Errorf("%s -c: %w: %s", p.Path, err, errs.String())
	}
	a := Answer{Exit: cmd.ProcessState.ExitCode(), Output: out.String()}
	for _, line := range strings.Split(strings.TrimRight(errs.String(), "\n"), "\n") {
		if !preamblePattern.MatchString(line) {
			a.Lines = append(a.Lines, pidPattern.ReplaceAllString(line, "$1"))
		}
	}
	return a, nil
}

// offline puts a process into a network namespace of its own, which has nothing but a loopback that is down.
func offline() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Geteuid() != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	return attr
}
