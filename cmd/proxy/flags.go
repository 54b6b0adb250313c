package main

import (
	"errors"
	"strconv"
	"strings"
)

// flags are the command line (management manual, section 3).
type flags struct {
	program string   // argv[0], which messages name
	files   []string // -f and what follows --
	args    []string // all of them, for a process that starts itself again

	check      bool
	condition  *string // -cc
	version    int     // 1: -v, 2: -vv
	daemon     bool
	foreground bool // -d, -db, -Ws
	debug      bool
	master     bool
	systemd    bool
	quiet      bool
	verbose    bool
	strict     bool // -dW: a warning is an error
	lenient    bool // -dr: names may have no address

	maxconn      int
	proxyMaxconn int
	dir          string
	pidfile      string
	masterCLI    []string
	oldPIDs      []int
	terminate    bool   // -st rather than -sf
	localPeer    string // -L; "": the host's name
	takeOver     string // -x: the runtime socket of the process whose sockets to take over
	noReusePort  bool
	noSplice     bool
}

// silent tells whether -q keeps the messages of the start away.
func (f *flags) silent() bool { return f.quiet && !f.verbose }

// errUsage asks for the usage text.
var errUsage = errors.New("usage")

// withValue are the flags whose value is the next word.
const withValue = "CnmNLfpxS"

// parseFlags reads the command line as HAProxy does: one flag a word, its letters in fixed spellings.
func parseFlags(argv []string) (*flags, error) {
	f := &flags{program: argv[0], args: argv[1:]}
	for i := 1; i < len(argv); i++ {
		word := argv[i]
		switch {
		case word == "--":
			f.files = append(f.files, argv[i+1:]...)
			return f, nil
		case !strings.HasPrefix(word, "-") || word == "-":
			return f, errUsage
		case word == "-sf" || word == "-st":
			f.terminate = word == "-st"
			for ; i+1 < len(argv) && !strings.HasPrefix(argv[i+1], "-"); i++ {
				if err := f.oldPID(word, argv[i+1]); err != nil {
					return f, err
				}
			}
		case word == "-cc" || len(word) == 2 && strings.ContainsRune(withValue, rune(word[1])):
			if i++; i == len(argv) {
				return f, errUsage
			}
			if err := f.value(word, argv[i]); err != nil {
				return f, err
			}
		default:
			if err := f.toggle(word); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

// oldPID takes the number of a process that -sf or -st names, of one process: less than 1 would mean several.
func (f *flags) oldPID(flag, text string) error {
	n := len(text) - len(strings.TrimLeft(text, "0123456789"))
	if rest := strings.TrimLeft(text[n:], " \t"); rest != "" {
		return sayf("%s option: some bytes unconsumed in PID list {%s}", flag, rest)
	}
	pid, err := strconv.Atoi(text[:n])
	switch {
	case errors.Is(err, strconv.ErrRange):
		return sayf("%s option: failed to parse {%s}: Numerical result out of range", flag, text)
	case err != nil || pid == 0:
		return errUsage
	}
	f.oldPIDs = append(f.oldPIDs, pid)
	return nil
}

// value takes a flag with its value.
func (f *flags) value(name, value string) error {
	switch name {
	case "-cc":
		f.condition = &value
	case "-f":
		f.files = append(f.files, value)
	case "-p":
		f.pidfile = value
	case "-C":
		f.dir = value
	case "-n":
		f.maxconn, _ = strconv.Atoi(value) // what is no number is 0, not set, as in HAProxy
	case "-N":
		f.proxyMaxconn, _ = strconv.Atoi(value)
	case "-S":
		f.masterCLI = append(f.masterCLI, value)
	case "-x":
		f.takeOver = value
	case "-L":
		f.localPeer = value
	case "-m": // accepted: see usage
	}
	return nil
}

// accepted are flags that choose between HAProxy's own mechanisms: they may stand and change nothing.
var accepted = []string{"-de", "-dp", "-dG", "-dV", "-dD", "-dL"}

// toggle takes a flag without a value.
func (f *flags) toggle(word string) error {
	switch word {
	case "-v":
		f.version = max(f.version, 1)
	case "-vv":
		f.version = 2
	case "-c":
		f.check = true
	case "-d":
		f.debug, f.foreground = true, true
	case "-db":
		f.foreground = true
	case "-D":
		f.daemon = true
	case "-V":
		f.verbose = true
	case "-q":
		f.quiet = true
	case "-W":
		f.master = true
	case "-Ws":
		f.master, f.systemd, f.foreground = true, true, true
	case "-dW":
		f.strict = true
	case "-dr":
		f.lenient = true
	case "-dR":
		f.noReusePort = true
	case "-dS":
		f.noSplice = true
	default:
		return f.others(word)
	}
	return nil
}

func (f *flags) others(word string) error {
	if strings.HasPrefix(word, "-dM") || strings.HasPrefix(word, "-dK") {
		return nil
	}
	for _, a := range accepted {
		if word == a {
			return nil
		}
	}
	return errUsage
}
