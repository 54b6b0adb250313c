package config

import (
	"net/netip"
	"strconv"
	"strings"
)

// The settings of section 5.3 say how the answers of a `resolvers` section are used. They stand in many a file for containers,
// often without the `resolvers` that would give them a meaning. HAProxy checks them and does nothing then, and so does this
// director: it is `resolvers` that it refuses.

func serverResolvePrefer(_ *parser, _ *serverBase, name, value string) error {
	if value != "ipv4" && value != "ipv6" {
		return sayf("'%s' expects either ipv4 or ipv6 as argument.", name)
	}
	return nil
}

func serverResolveOpts(_ *parser, _ *serverBase, name, value string) error {
	if value == "" {
		return nil
	}
	for _, word := range strings.Split(value, ",") {
		switch word {
		case "allow-dup-ip", "ignore-weight", "prevent-dup-ip":
		default:
			return sayf("'%s' : unknown resolve-opts option '%s', supported methods are 'allow-dup-ip', 'ignore-weight', and 'prevent-dup-ip'.", name, word)
		}
	}
	return nil
}

func serverResolveNet(_ *parser, _ *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' expects a list of networks.", name)
	}
	for _, word := range strings.Split(strings.TrimSuffix(value, ","), ",") {
		if !network(word) {
			return sayf("'%s' invalid network '%s'.", name, word)
		}
	}
	return nil
}

// network tells whether a word is an address with or without a mask, which is a number of bits or, of IPv4, an address.
func network(word string) bool {
	addr, mask, hasMask := strings.Cut(word, "/")
	a, err := netip.ParseAddr(addr)
	if err != nil || !hasMask {
		return err == nil
	}
	if m, err := netip.ParseAddr(mask); err == nil {
		return a.Is4() && m.Is4()
	}
	bits, err := strconv.Atoi(mask)
	return err == nil && bits >= 0 && bits <= a.BitLen()
}
