package config

import (
	"slices"
	"strings"
)

// parseBalance reads `balance`. The error texts follow "balance " as HAProxy prints them.
func parseBalance(p *parser, w words) {
	b, err := balance(w.from(1))
	if err != nil {
		p.bad("%s %s", w[0], err)
		return
	}
	if !slices.Contains(balanceAlgorithms, b.Algorithm) {
		p.unsupported(w[0] + " " + b.Algorithm)
		return
	}
	p.px.Balance, p.px.balanced = b, true
	if b.Algorithm == "url_param" && len(b.Args) > 1 { // check_post: the form has to be here
		p.px.BufferBody = true
	}
}

// balanceAlgorithms are those that this director has; the others' arguments are looked at all the same, so that a mistake in
// them gets HAProxy's words.
var balanceAlgorithms = []string{"roundrobin", "static-rr", "leastconn", "first", "source", "random", "uri", "url_param", "hdr", "rdp-cookie"}

// parseHashFactor reads `hash-balance-factor`.
func parseHashFactor(p *parser, w words) {
	n := atoi(w.at(1))
	switch {
	case w.at(1) == "":
		p.bad("'%s' expects an integer argument.", w[0])
		return
	case n != 0 && n <= 100:
		p.bad("'%s' must be 0 or greater than 100.", w[0])
		return
	}
	p.px.HashFactor = n
}

func balance(w words) (Balance, error) {
	name := w.at(0)
	args := []string(w.from(1))
	switch {
	case name == "":
		return Balance{Algorithm: "roundrobin"}, nil
	case slices.Contains([]string{"roundrobin", "static-rr", "first", "leastconn", "source"}, name):
		return Balance{Algorithm: name}, nil
	case strings.HasPrefix(name, "random"):
		return balanceRandom(name)
	case name == "uri":
		return Balance{Algorithm: name, Args: args}, checkURIArgs(w)
	case name == "url_param":
		return Balance{Algorithm: name, Args: args}, checkParamArgs(w)
	case strings.HasPrefix(name, "hdr("):
		return balanceHeader(w)
	case strings.HasPrefix(name, "rdp-cookie"):
		return balanceRDP(name)
	case name == "hash":
		return Balance{}, sayf(": '%s' is not supported by this director", name)
	}
	return Balance{}, sayf("only supports 'roundrobin', 'static-rr', 'leastconn', 'source', 'uri', 'url_param', " +
		"'hdr(name)' and 'rdp-cookie(name)' options.")
}

// balanceRandom reads random and random(<draws>).
func balanceRandom(name string) (Balance, error) {
	rest := strings.TrimPrefix(name, "random")
	if !strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, "()") {
		return Balance{Algorithm: "random", Args: []string{"2"}}, nil
	}
	n := len(rest) - len(strings.TrimLeft(rest[1:], "+-0123456789"))
	switch draws := rest[1:n]; {
	case n == len(rest):
		return Balance{}, sayf("random : missing closing parenthesis.")
	case rest[n] != ')':
		return Balance{}, sayf("random : unexpected character '%c' after argument.", rest[n])
	case atoi(draws) < 1:
		return Balance{}, sayf("random : number of draws must be at least 1.")
	default:
		return Balance{Algorithm: "random", Args: []string{draws}}, nil
	}
}

func checkURIArgs(w words) error {
	for i := 1; w.at(i) != ""; i++ {
		switch w[i] {
		case "len", "depth":
			if atoi(w.at(i+1)) <= 0 {
				return sayf("%s : '%s' expects a positive integer (got '%s').", w[0], w[i], w.at(i+1))
			}
			i++
		case "whole", "path-only":
		default:
			return sayf("%s only accepts parameters 'len', 'depth', 'path-only', and 'whole' (got '%s').", w[0], w[i])
		}
	}
	return nil
}

func checkParamArgs(w words) error {
	switch {
	case w.at(1) == "":
		return sayf("%s requires an URL parameter name.", w[0])
	case w.at(2) != "" && w.at(2) != "check_post":
		return sayf("%s only accepts 'check_post' modifier (got '%s').", w[0], w[2])
	}
	return nil
}

func balanceHeader(w words) (Balance, error) {
	name, _, closed := strings.Cut(strings.TrimPrefix(w[0], "hdr("), ")")
	switch {
	case !closed || name == "":
		return Balance{}, sayf("hdr requires an http header field name.")
	case w.at(1) != "" && w.at(1) != "use_domain_only":
		return Balance{}, sayf("%s only accepts 'use_domain_only' modifier (got '%s').", w[0], w[1])
	}
	return Balance{Algorithm: "hdr", Args: append([]string{name}, w.from(1)...)}, nil
}

// parseHashType reads how keys are turned into numbers, and these into servers.
func parseHashType(p *parser, w words) {
	switch {
	case w.at(1) != "map-based" && w.at(1) != "consistent":
		p.bad("'%s' only supports 'consistent' and 'map-based'.", w[0])
	case w.at(2) != "" && !slices.Contains([]string{"sdbm", "djb2", "wt6", "crc32"}, w[2]):
		p.bad("'%s' only supports 'sdbm', 'djb2', 'crc32', or 'wt6' hash functions.", w[0])
	case w.at(3) != "" && w[3] != "avalanche":
		p.bad("'%s' only supports 'avalanche' as a modifier for hash functions.", w[0])
	default:
		p.px.HashType = w.from(1)
	}
}
