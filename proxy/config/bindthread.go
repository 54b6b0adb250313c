package config

import (
	"fmt"
	"strings"
)

// bindProcess takes the older word for thread: a set of processes, of which there is one, and after a slash the threads.
func bindProcess(p *parser, b *Bind, name, value string) error {
	processes, threads, slash := strings.Cut(value, "/")
	if err := validSet(name, processes, 1); err != nil {
		return err
	}
	hint := ""
	if slash {
		if err := validSet(name, threads, maxThreads); err != nil {
			return err
		}
		hint = fmt.Sprintf(" Please use 'thread %s' instead.", threads)
	}
	p.warnBind(b, "'%s %s' on 'bind' lines is deprecated and will be removed in 2.7.%s", name, value, hint)
	return nil
}

// warnBind warns of a word of a bind line or a runtime socket's.
func (p *parser) warnBind(b *Bind, format string, args ...any) {
	where := "'stats socket'"
	if b.Arg != "" {
		where = fmt.Sprintf("'bind %s' in section '%s'", b.Arg, p.open)
	}
	p.warnAt("%s : %s", where, fmt.Sprintf(format, args...))
}

// bindThread checks a set of threads, with their group's number before a slash. All loops accept here.
func bindThread(_ *parser, _ *Bind, _, value string) error {
	set := value
	if group, rest, ok := strings.Cut(value, "/"); ok && group != "all" && group != "odd" && group != "even" {
		if n := atoi(group); n < 1 || n > maxGroups {
			return sayf("'%s' thread-group number must be between 1 and %d (was %d)", value, maxGroups, n)
		}
		set = rest
	}
	return validSet(set, set, maxThreads)
}

func validSet(name, set string, most int) error {
	if _, fault := threadSet(set, most); fault != "" {
		return sayf("'%s' : %s", name, fault)
	}
	return nil
}
