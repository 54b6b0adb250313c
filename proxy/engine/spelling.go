package engine

import (
	"bytes"
	"slices"

	"simulacro/proxy/config"
)

// spelling gives names of fields the capitals that the other side insists on (section 3.1, "h1-case-adjust"). nil: none.
type spelling map[string]string

// newSpelling gives what the configuration says, where the section wants it.
func newSpelling(wanted bool, g *config.Global) spelling {
	if !wanted {
		return nil
	}
	return g.CaseAdjust
}

// apply respells the names in a head, which are in lower case and keep their length.
func (s spelling) apply(head []byte) {
	if s == nil {
		return
	}
	for i := bytes.IndexByte(head, '\n') + 1; i > 0 && i < len(head); {
		line := head[i:]
		s.applyLine(line)
		n := bytes.IndexByte(line, '\n')
		if n < 0 {
			return
		}
		i += n + 1
	}
}

// placeName takes the field that http-send-name-header names out of a head that is being written, and notes where its own will stand.
func (c *client) placeName(r []byte) []byte {
	c.nameAt, c.nameLen = 0, 0
	if c.be.cfg.SendName == "" || c.be.dispatch {
		return r
	}
	r = withoutField(r, c.be.cfg.SendName)
	c.nameAt = len(r)
	return r
}

// withoutField takes the fields of a name out of a head without its blank line.
func withoutField(head []byte, name string) []byte {
	for i := bytes.IndexByte(head, '\n') + 1; i < len(head); {
		next := i + bytes.IndexByte(head[i:], '\n') + 1
		if end := i + len(name); end < next && head[end] == ':' && bytes.EqualFold(head[i:end], []byte(name)) {
			head = slices.Delete(head, i, next)
			continue
		}
		i = next
	}
	return head
}

// nameField is the line that tells a server its name.
func (s *server) nameField() []byte {
	field := bytes.ToLower([]byte(s.be.cfg.SendName))
	field = append(append(append(field, ": "...), s.cfg.Name...), '\r', '\n')
	s.be.toServers.applyLine(field)
	return field
}

// tellName puts the name of the request's server into its head, in the place of the one before it.
func (c *client) tellName() {
	if c.nameAt == 0 {
		return
	}
	field := c.srv.nameField()
	c.req = slices.Replace(c.req, c.nameAt, c.nameAt+c.nameLen, field...)
	c.head += len(field) - c.nameLen
	c.nameLen = len(field)
}

// applyLine respells the name in one field's line.
func (s spelling) applyLine(line []byte) {
	if c := bytes.IndexByte(line, ':'); c >= 0 {
		copy(line, s[string(line[:c])])
	}
}

// asked is what the check sends: a request of HTTP has its names spelt, and the server told its own, as clients' requests have.
func (k *checker) asked() []byte {
	out, be := k.trial.Out, k.srv.be
	end := bytes.Index(out, []byte("\r\n\r\n"))
	if !k.trial.IsHTTP || end < 0 {
		return out
	}
	head, rest := bytes.Clone(out[:end+2]), out[end+2:]
	be.toServers.apply(head)
	if name := be.cfg.SendName; name != "" {
		head = append(withoutField(head, name), k.srv.nameField()...)
	}
	return append(head, rest...)
}
