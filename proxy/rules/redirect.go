package rules

import (
	"strconv"
	"strings"
)

// parseRedirect reads redirect location|prefix|scheme <to> and its options (section 4.2, "redirect").
func parseRedirect(p *ruleParser) (doing, error) {
	x := &redirect{code: 302}
	for !p.done() {
		how, _ := p.take()
		switch how {
		case "drop-query":
			x.dropQuery = true
			continue
		case "append-slash":
			x.appendSlash = true
			continue
		case "ignore-empty":
			x.ignoreEmpty = true
			continue
		}
		w, ok := p.take()
		if !ok && contains([]string{"location", "prefix", "scheme", "code", "set-cookie", "clear-cookie"}, how) {
			return nil, sayf("missing argument for '%s'", how)
		}
		var err error
		switch how {
		case "location", "prefix", "scheme":
			if how != "location" && p.list == Response {
				return nil, sayf("response only supports redirect type 'location'")
			}
			x.how = how
			if x.to = Literal(w); !p.env.Plain {
				p.env.Moved = true
				x.to, err = ParseFormat(p.env, w, false)
			}
		case "code":
			if x.code, err = strconv.Atoi(w); err != nil || x.code < 301 || x.code > 308 || x.code > 303 && x.code < 307 {
				err = sayf("'code': unsupported HTTP code '%s' (must be one of 301, 302, 303, 307 or 308)", w)
			}
		case "set-cookie":
			x.cookie = w + "; path=/;"
		case "clear-cookie":
			x.cookie = w + "; path=/; Max-Age=0;"
		default:
			err = sayf("expects 'code', 'prefix', 'location', 'scheme', 'set-cookie', 'clear-cookie', 'drop-query', 'ignore-empty' or 'append-slash' (was '%s')", how)
		}
		if err != nil {
			return nil, err
		}
	}
	if x.to == nil {
		return nil, sayf("redirection type expected ('prefix', 'location', or 'scheme')")
	}
	return x.do, nil
}

// redirected are the reasons of redirections that differ from the usual ones.
var redirected = map[int]string{302: "Found"}

type redirect struct {
	how                    string
	to                     *Format
	code                   int
	cookie                 string
	dropQuery, appendSlash bool
	ignoreEmpty            bool
}

func (x *redirect) do(tx *Tx) Verdict {
	to := x.to.Text(tx)
	if x.ignoreEmpty && to == "" {
		return Next
	}
	path, query := "", ""
	if tx.Req != nil {
		_, path, query = tx.Req.path()
	}
	if x.dropQuery {
		query = ""
	}
	if x.appendSlash && !strings.HasSuffix(path+query, "/") {
		if query += "/"; query == "/" {
			path, query = path+"/", ""
		}
	}
	switch x.how {
	case "prefix":
		if to == "/" {
			to = ""
		}
		to += path + query
	case "scheme":
		host := ""
		if tx.Req != nil {
			host = hostOf(tx.Req)
		}
		if path == "" || path == "*" {
			path = "/"
		}
		to += "://" + host + path + query
	}
	a := &Answer{Redirect: true, Status: x.code, Reason: redirected[x.code], Fields: []Field{{"content-length", "0"}, {"location", to}}}
	if x.code == 302 || x.code == 303 || x.code == 307 {
		a.Fields = append(a.Fields, Field{"cache-control", "no-cache"})
	}
	if x.cookie != "" {
		a.Fields = append(a.Fields, Field{"set-cookie", x.cookie})
	}
	tx.Answer = a
	return Respond
}
