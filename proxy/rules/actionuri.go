package rules

import (
	"sort"
	"strings"
)

func normalActions() []action {
	return []action{{"normalize-uri", Request, parseNormalize}}
}

// normalizer rewrites a target; false: the target is broken.
type normalizer func(m *Message) bool

// onPath makes a normalizer of the path, onQuery one of the query without its question mark, onBoth one of the path with the query.
func onPath(f func(path string) (string, bool)) normalizer {
	return func(m *Message) bool {
		_, path, _ := m.path()
		if path == "" || path == "*" {
			return true
		}
		s, ok := f(path)
		if ok && s != path {
			setPath(m, s)
		}
		return ok
	}
}

func onQuery(f func(query string) string) normalizer {
	return func(m *Message) bool {
		_, _, query := m.path()
		if len(query) > 1 {
			setQuery(m, f(query[1:]))
		}
		return true
	}
}

func onBoth(f func(s string) (string, bool)) normalizer {
	return func(m *Message) bool {
		before, path, query := m.path()
		s, ok := f(path + query)
		if ok && s != path+query {
			m.URI = before + s
		}
		return ok
	}
}

// normalizers are those that there are (section 4.2, "normalize-uri"), with the word that may follow one.
var normalizers = map[string]struct {
	option string
	make   func(on bool) normalizer
}{
	"path-merge-slashes": {"", func(bool) normalizer { return onPath(mergeSlashes) }},
	"path-strip-dot":     {"", func(bool) normalizer { return onPath(stripDot) }},
	"path-strip-dotdot": {"full", func(full bool) normalizer {
		return onPath(func(s string) (string, bool) { return stripDotDot(s, full), true })
	}},
	"query-sort-by-name": {"", func(bool) normalizer { return onQuery(sortQuery) }},
	"percent-to-uppercase": {"strict", func(strict bool) normalizer {
		return onBoth(func(s string) (string, bool) { return percent(s, strict, upperPercent) })
	}},
	"percent-decode-unreserved": {"strict", func(strict bool) normalizer {
		return onBoth(func(s string) (string, bool) { return percent(s, strict, decodePercent) })
	}},
	"fragment-strip": {"", func(bool) normalizer {
		return onBoth(func(s string) (string, bool) { s, _, _ = strings.Cut(s, "#"); return s, true })
	}},
	"fragment-encode": {"", func(bool) normalizer {
		return onBoth(func(s string) (string, bool) { return strings.ReplaceAll(s, "#", "%23"), true })
	}},
}

func parseNormalize(p *ruleParser) (doing, error) {
	if !p.env.Experimental {
		return nil, &LineError{Text: "'normalize-uri' action is experimental, must be allowed via a global 'expose-experimental-directives'", Bare: true}
	}
	w, ok := p.take()
	if !ok {
		return nil, sayf("missing argument <normalizer>")
	}
	x, ok := normalizers[w]
	if !ok {
		return nil, sayf("unknown normalizer '%s'", w)
	}
	on := false
	switch {
	case x.option == "" || len(p.words) == 0:
	case p.done(): // HAProxy 2.6 forgets the normalizer where a condition stands in its option's place, and takes its first one
		x = normalizers["path-merge-slashes"]
	default:
		got, _ := p.take()
		if on = got == x.option; !on {
			return nil, sayf("unknown argument '%s' for '%s' normalizer", got, w)
		}
	}
	n := x.make(on)
	return func(tx *Tx) Verdict {
		before := *tx.Req
		if !n(tx.Req) {
			return Bad
		}
		if !tx.grow(len(tx.Req.URI) - len(before.URI)) {
			*tx.Req = before
			return tx.noRoom()
		}
		return Next
	}, nil
}

func mergeSlashes(s string) (string, bool) {
	for strings.Contains(s, "//") {
		s = strings.ReplaceAll(s, "//", "/")
	}
	return s, true
}

// stripDot takes the segments "." out (RFC 3986, section 6.2.2.3).
func stripDot(s string) (string, bool) {
	parts := strings.Split(s, "/")
	kept := parts[:0]
	for i, part := range parts {
		switch {
		case part != ".":
			kept = append(kept, part)
		case i == len(parts)-1:
			kept = append(kept, "")
		}
	}
	return strings.Join(kept, "/"), true
}

// stripDotDot merges the segments ".." with those before them; those at the beginning go where full says so.
func stripDotDot(s string, full bool) string {
	parts := strings.Split(strings.TrimPrefix(s, "/"), "/")
	var kept []string
	for i, part := range parts {
		last := i == len(parts)-1
		switch {
		case part != "..":
			kept = append(kept, part)
			continue
		case len(kept) > 0 && kept[len(kept)-1] != "..":
			kept = kept[:len(kept)-1]
		case !full:
			kept = append(kept, part)
		}
		if last {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

// sortQuery sorts parameters by their names; those of one name keep their order. Behind the last mark there is none.
func sortQuery(s string) string {
	parts := strings.Split(strings.TrimSuffix(s, "&"), "&")
	name := func(i int) string { n, _, _ := strings.Cut(parts[i], "="); return n }
	sort.SliceStable(parts, func(i, j int) bool { return name(i) < name(j) })
	return strings.Join(parts, "&")
}

// percent rewrites each %xx; strict refuses what only looks like one.
func percent(s string, strict bool, f func(c byte, as string) string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 < len(s) {
			if v, ok := unhex(s[i+1 : i+3]); ok {
				b.WriteString(f(v.Str[0], s[i:i+3]))
				i += 2
				continue
			}
		}
		if strict {
			return s, false
		}
		b.WriteByte('%')
	}
	return b.String(), true
}

func upperPercent(_ byte, as string) string { return strings.ToUpper(as) }

// decodePercent decodes the unreserved characters (RFC 3986, section 2.3).
func decodePercent(c byte, as string) string {
	if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-._~", c) >= 0 {
		return string([]byte{c})
	}
	return as
}
