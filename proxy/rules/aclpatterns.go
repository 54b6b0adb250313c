package rules

import (
	"errors"
	"fmt"
	"strings"
)

// lists makes the patterns: those of the files, which other tests may share, then those of the line.
func (t *Test) lists(env *Env, name string, files, words []string) error {
	name = name[:len(name)-len(strings.TrimLeft(name, nameLetters))]
	user := func() string {
		at := envPos(env)
		return fmt.Sprintf("acl at file '%s' line %d", at.File, at.Line)
	}
	for _, file := range files {
		p, err := t.file(env, file)
		if err != nil {
			return err
		}
		t.patterns = append(t.patterns, p)
		env.share(file, user(), p)
	}
	p := t.view(env)
	if err := p.addWords(words); err != nil {
		return err
	}
	t.patterns = append(t.patterns, p)
	if name == "http_auth_group" {
		t.grouped(env)
	}
	if env != nil && env.Patterns != nil {
		at := envPos(env)
		*env.Patterns = append(*env.Patterns, newSet("", fmt.Sprintf("acl '%s' file '%s' line %d", name, at.File, at.Line), p))
	}
	return nil
}

// grouped notes the groups that a userlist must have, none where the way to match has no use for them.
func (t *Test) grouped(env *Env) {
	if env == nil || env.Refs == nil {
		return
	}
	for _, list := range t.patterns {
		ref := Ref{Kind: 'G', What: env.ACL, Of: t.expr.args[0].s, In: env.Section, Pos: env.Pos}
		if t.how != "auth" || len(list.Items) == 0 {
			*env.Refs = append(*env.Refs, ref)
			continue
		}
		for _, p := range list.Items {
			ref.Name = p.Text
			*env.Refs = append(*env.Refs, ref)
		}
	}
}

const nameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

func (t *Test) view(env *Env) *Patterns {
	p := &Patterns{how: t.how, fold: t.fold, dotted: t.dotted}
	if env != nil && !t.numeric {
		p.resolve = env.Resolve
	}
	return p
}

// share puts a file's patterns among those that the runtime socket knows; a file has one set, however many use it.
func (env *Env) share(file, user string, p *Patterns) {
	if env.Patterns == nil {
		return
	}
	for _, s := range *env.Patterns {
		if s.File == file {
			s.users, s.views = append(s.users, user), append(s.views, p)
			return
		}
	}
	*env.Patterns = append(*env.Patterns, newSet(file, user, p))
}

// file reads a file of patterns.
func (t *Test) file(env *Env, name string) (*Patterns, error) {
	if env == nil || env.ReadFile == nil {
		return nil, sayf("failed to open pattern file <%s>", name)
	}
	text, err := env.ReadFile(name)
	if errors.Is(err, ErrDirectory) {
		return nil, sayf("error encountered while reading  <%s> : Is a directory", name)
	}
	if err != nil {
		return nil, sayf("failed to open pattern file <%s>", name)
	}
	p := t.view(env)
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.Trim(line, " \t\r"); line == "" || line[0] == '#' {
			continue
		}
		if at := strings.IndexAny(line, " \t"); at > 0 && t.maps {
			line = line[:at]
		}
		if err := p.Add(line); err != nil {
			return nil, sayf("%w at line %d of file '%s'", err, i+1, name)
		}
	}
	return p, nil
}

func envPos(env *Env) Pos {
	if env == nil {
		return Pos{}
	}
	return env.Pos
}
