package stats

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Format is how `show stat` and `show info` are written.
type Format int

// The formats.
const (
	CSV   Format = iota // `show info` has plain text instead
	Typed               // one value a line, with its position, tags and type
	JSON
	// Described may be added to Typed, and for `show info` to CSV: each value is followed by what it means.
	Described Format = 1 << 4
	// Float may be added for `show info`: times have fractions of a second.
	Float Format = 1 << 5
)

// base is a format without what has been added to it.
func (f Format) base() Format { return f &^ (Described | Float) }

// describe ends a line that says what its value means.
func (f Format) describe(dst []byte, desc string) []byte {
	if f&Described != 0 {
		dst = append(append(append(dst, `:"`...), desc...), '"')
	}
	return append(dst, '\n')
}

// AppendRows adds rows to dst in the given format. A CSV begins with its header line.
func AppendRows(dst []byte, rows []Row, f Format) []byte {
	switch f.base() {
	case Typed:
		return appendTyped(dst, rows, f)
	case JSON:
		return appendJSON(dst, rows)
	}
	dst = append(dst, csvHeader...)
	for i := range rows {
		dst = appendCSV(dst, &rows[i])
	}
	return dst
}

var csvHeader = func() string {
	var b strings.Builder
	b.WriteString("# ")
	for _, c := range columns {
		b.WriteString(c.name + ",")
	}
	b.WriteString("-,")
	for _, c := range extraColumns {
		b.WriteString(c.name + ",")
	}
	b.WriteString("\n")
	return b.String()
}()

func appendCSV(dst []byte, r *Row) []byte {
	for i := range columns {
		dst = append(columns[i].appendCell(dst, r), ',')
	}
	dst = append(dst, "-,"...)
	for i := range extraColumns {
		dst = append(extraColumns[i].appendCell(dst, r), ',')
	}
	return append(dst, '\n')
}

func (c *column) appendCell(dst []byte, r *Row) []byte {
	if !c.has(r) {
		return dst
	}
	if c.str == nil {
		return c.appendValue(dst, r)
	}
	return appendQuoted(dst, c.str(r))
}

// appendQuoted follows RFC 4180: quotes only around what would be misread.
func appendQuoted(dst []byte, s string) []byte {
	if !strings.ContainsAny(s, "\",\r\n") {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(s, `"`, `""`)...)
	return append(dst, '"')
}

// eachValue calls visit for every value that r has, with its position.
func eachValue(r *Row, visit func(pos int, c *column)) {
	for i := range columns {
		if columns[i].has(r) {
			visit(i, &columns[i])
		}
	}
	for i := range extraColumns {
		if extraColumns[i].has(r) {
			visit(len(columns)+i, &extraColumns[i])
		}
	}
}

// appendTyped writes "S.3.2.17.status.1:SGP:str:UP" (management manual, section 9.2).
func appendTyped(dst []byte, rows []Row, f Format) []byte {
	for i := range rows {
		r := &rows[i]
		eachValue(r, func(pos int, c *column) {
			dst = fmt.Appendf(dst, "%c.%d.%d.%d.%s.1:%s:%s:", r.Kind.letter(), r.ProxyID, r.ServiceID, pos, c.name, c.tagsOf(r.Kind), c.typ)
			dst = f.describe(c.appendValue(dst, r), columnDescs[c.name])
		})
	}
	return dst
}

var (
	origins = map[byte]string{'M': "Metric", 'S': "Status", 'K': "Key", 'C': "Config", 'P': "Product"}
	natures = map[byte]string{'A': "Age", 'a': "Avg", 'C': "Counter", 'D': "Duration", 'G': "Gauge", 'L': "Limit",
		'M': "Max", 'm': "Min", 'N': "Name", 'O': "Output", 'R': "Rate", 'T': "Time"}
	scopes = map[byte]string{'C': "Cluster", 'P': "Process", 'S': "Service", 's': "System", 'G': "Global"}
)

// appendJSON writes an array of objects, each an array of its values.
func appendJSON(dst []byte, rows []Row) []byte {
	dst = append(dst, '[')
	for i := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		r, first := &rows[i], true
		dst = append(dst, '[')
		eachValue(r, func(pos int, c *column) {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = fmt.Appendf(dst, `{"objType":"%s","proxyId":%d,"id":%d,`, r.Kind, r.ProxyID, r.ServiceID)
			dst = appendJSONField(dst, pos, c.name, c.tagsOf(r.Kind), c.typ, string(c.appendValue(nil, r)))
		})
		dst = append(dst, ']')
	}
	return append(dst, "]\n"...)
}

// appendJSONField writes the rest of an object that is already open.
func appendJSONField(dst []byte, pos int, name, tags, typ, value string) []byte {
	dst = fmt.Appendf(dst, `"field":{"pos":%d,"name":"%s"},"processNum":1,"tags":{"origin":"%s","nature":"%s","scope":"%s"},"value":{"type":"%s","value":`,
		pos, name, origins[tags[0]], natures[tags[1]], scopes[tags[2]], typ)
	if typ == "str" {
		dst = appendJSONString(dst, value)
	} else {
		dst = append(dst, value...)
	}
	return append(dst, "}}"...)
}

func appendJSONString(dst []byte, s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil { // cannot happen: strings always encode
		return strconv.AppendQuote(dst, s)
	}
	return append(dst, bytes.TrimRight(b.Bytes(), "\n")...)
}
