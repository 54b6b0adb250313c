package stats

import "strconv"

// column is one field of `show stat`: its name, its nature in the typed formats, and where its value is found. The tables
// are in HAProxy's order, which is the CSV's.
type column struct {
	name string
	// of lists the kinds of rows that have it, by the letters of the typed format: F, L, S and B.
	of string
	// tags are origin, nature and scope (management manual, section 9.2). backTags are a backend's, where they differ.
	tags, backTags string
	typ            string          // u32, u64, s32, str
	when           func(*Row) bool // nil: always
	num            func(*Row) int64
	str            func(*Row) string
}

const kindLetters = "FBSL"

// letter is a kind's in the typed format.
func (k Kind) letter() byte { return kindLetters[k] }

// String names a kind as the JSON format does.
func (k Kind) String() string { return [...]string{"Frontend", "Backend", "Server", "Listener"}[k] }

func (c *column) has(r *Row) bool {
	for i := 0; i < len(c.of); i++ {
		if c.of[i] == r.Kind.letter() {
			return c.when == nil || c.when(r)
		}
	}
	return false
}

func (c *column) tagsOf(k Kind) string {
	if k == Backend && c.backTags != "" {
		return c.backTags
	}
	return c.tags
}

// appendValue writes the value without any quoting.
func (c *column) appendValue(dst []byte, r *Row) []byte {
	if c.str != nil {
		return append(dst, c.str(r)...)
	}
	return strconv.AppendInt(dst, c.num(r), 10)
}

func http(r *Row) bool       { return r.HTTP }
func checked(r *Row) bool    { return r.Check.Configured && r.Check.Enabled }
func checking(r *Row) bool   { return checked(r) && !r.Check.Paused && !r.Admin.Maint() }
func asked(r *Row) bool      { return r.Agent.Configured && r.Agent.Enabled }
func hasServers(r *Row) bool { return r.ServersAll > 0 }

func text(name, of, tags string, get func(*Row) string) column {
	return column{name: name, of: of, tags: tags, typ: "str", str: get}
}

func u32(name, of, tags string, get func(*Row) int) column {
	return column{name: name, of: of, tags: tags, typ: "u32", num: func(r *Row) int64 { return int64(get(r)) }}
}

func s32(name, of, tags string, get func(*Row) int) column {
	c := u32(name, of, tags, get)
	c.typ = "s32"
	return c
}

func u64(name, of, tags string, get func(*Row) uint64) column {
	return column{name: name, of: of, tags: tags, typ: "u64", num: func(r *Row) int64 { return int64(get(r)) }}
}

// zero is a column of something that this director does not do: HAProxy reports it as 0 when it is not in use.
func zero(name, of, tags, typ string) column {
	return column{name: name, of: of, tags: tags, typ: typ, num: func(*Row) int64 { return 0 }}
}

func (c column) only(when func(*Row) bool) column {
	c.when = when
	return c
}

func (c column) backend(tags string) column {
	c.backTags = tags
	return c
}
