package config

import "strings"

// What RDP's cookies are called where a line does not say (section 4.2).
const (
	rdpUserCookie   = "mstshash" // of balance rdp-cookie: a user's
	rdpServerCookie = "msts"     // of persist rdp-cookie: a server's
)

// rdpName reads the cookie's name out of rdp-cookie or rdp-cookie(<name>); false: it has none.
func rdpName(word, usual string) (name string, ok bool) {
	rest := strings.TrimPrefix(word, "rdp-cookie")
	if rest == "" {
		return usual, true
	}
	name, _, ok = strings.Cut(strings.TrimPrefix(rest, "("), ")")
	return name, ok && rest[0] == '(' && name != ""
}

func balanceRDP(word string) (Balance, error) {
	name, ok := rdpName(word, rdpUserCookie)
	if !ok {
		return Balance{}, sayf("rdp-cookie : missing cookie name.")
	}
	return Balance{Algorithm: "rdp-cookie", Args: []string{name}}, nil
}

// parsePersistLine reads `persist rdp-cookie`.
func parsePersistLine(p *parser, w words) {
	name, ok := rdpName(w.at(1), rdpServerCookie)
	switch {
	case w.at(1) == "":
		p.bad("missing persist method.")
	case !strings.HasPrefix(w[1], "rdp-cookie"):
		p.bad("unknown persist method.")
	case !ok:
		p.bad("persist rdp-cookie(name)' requires an rdp cookie name.")
	default:
		p.px.PersistRDP = name
	}
}
