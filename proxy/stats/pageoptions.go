package stats

import "strings"

// pageOptions are what follows the URI: ;csv;up;norefresh;st=DONE and scope=name (management manual, section 9, and what the page's
// links hold).
type pageOptions struct {
	format    string // "": HTML; csv, typed, json, json-schema
	hideDown  bool
	hideMaint bool
	noRefresh bool // only where the page refreshes itself
	result    string
	scope     string
	admin     bool
}

// parseOptions looks for the options wherever they stand behind the prefix, and whatever follows them, as HAProxy does.
func (p *Page) parseOptions(uri string) (o pageOptions) {
	rest := uri[min(len(p.uri()), len(uri)):]
	has := func(word string) bool { return strings.Contains(rest, word) }
	o.hideDown, o.hideMaint = has(";up"), has(";no-maint")
	o.noRefresh = p.stats.Refresh > 0 && has(";norefresh")
	for _, format := range [...]string{"csv", "typed", "json", "json-schema"} { // the last counts
		if has(";" + format) {
			o.format = format
		}
	}
	const code = 4 // letters
	if _, result, ok := strings.Cut(rest, ";st="); ok && len(result) >= code {
		o.result = result[:code]
	}
	o.scope = scopeOf(rest)
	return o
}

// scopeOf finds the part of proxies' names that is asked for. It ends up in links, so that one with a character that no name has
// counts as none.
func scopeOf(rest string) string {
	const shortest, longest = 2, 20
	_, scope, _ := strings.Cut(rest, "scope=")
	if len(scope) < shortest {
		return ""
	}
	if i := strings.IndexAny(scope, ";& "); i >= 0 {
		scope = scope[:i]
	}
	scope = scope[:min(longest, len(scope))]
	for _, c := range scope {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_.:", c)) {
			return ""
		}
	}
	return scope
}

// suffix is what of the options goes on to the next page.
func (p *Page) suffix(o pageOptions) string {
	text := ""
	if o.hideDown {
		text += ";up"
	}
	if o.noRefresh {
		text += ";norefresh"
	}
	return text + o.scopeText()
}

func (o *pageOptions) scopeText() string {
	if o.scope == "" {
		return ""
	}
	return "?scope=" + o.scope
}

// pageLink is one of the page's links to itself.
type pageLink struct{ href, text string }

// links are those that change what the page shows.
func (p *Page) links(o pageOptions) []pageLink {
	down, refresh := o, o
	down.hideDown, refresh.noRefresh = !o.hideDown, !o.noRefresh
	export := ""
	list := []pageLink{{p.uri() + p.suffix(down), choose(o.hideDown, "Show servers that are down, too", "Leave out servers that are down")}}
	if p.stats.Refresh > 0 {
		list = append(list, pageLink{p.uri() + p.suffix(refresh), choose(o.noRefresh, "Refresh by itself", "Stop refreshing by itself")})
		export = ";norefresh"
	}
	return append(list, pageLink{p.uri() + p.suffix(o), "Refresh"},
		pageLink{p.uri() + ";csv" + export + o.scopeText(), "As CSV"},
		pageLink{p.uri() + ";json" + export + o.scopeText(), "As JSON"},
		pageLink{p.uri() + ";json-schema", "Schema of the JSON"})
}

func choose(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
