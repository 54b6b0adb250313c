package config

import (
	"strconv"
	"strings"
)

// What Debian's HAProxy 2.6.12 says of its TLS library: a file takes the branch here that it takes there. The director has crypto/tls.
const (
	opensslName   = "OpenSSL 3.0.19 27 Jan 2026" // which it runs with
	opensslNumber = 0x30000160                   // which it was built with: 3.0.22, as OpenSSL 3 counts (OPENSSL_VERSION_NUMBER)
)

// openssl gives the number of a version as OpenSSL counted up to 1.1.1: four bits for the first number, eight each for the next two and for
// letters, four for the state before a release, in which 15 is the release. false: it is none. By that, OpenSSL 3.0.22 comes after 3.0.0 and
// before 3.0.1.
func openssl(version string) (n int32, ok bool) {
	major, rest, _ := strings.Cut(version, ".")
	minor, rest, dotted := strings.Cut(rest, ".")
	fix := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	a, b, c := atoi(major), atoi(minor), atoi(fix)
	letters, state := opensslPatch(rest[len(fix):])
	if !dotted || a < 0 || a > 15 || b < 0 || b > 255 || c < 0 || c > 255 || state < 0 {
		return 0, false
	}
	return int32(uint32(a)<<28 | uint32(b<<20|c<<12|letters<<4|state)), true
}

// opensslPatch reads what follows the numbers: letters, or a state such as -beta3. Of a state beside letters it makes what is later than all.
func opensslPatch(text string) (letters, state int) {
	const released, latest = 15, 255
	switch {
	case text == "":
		return 0, released
	case text[0] == '-':
		after, beta := strings.CutPrefix(text, "-beta")
		if n, err := strconv.Atoi(after); beta && err == nil {
			if n < 0 || n >= released {
				return 0, -1
			}
			return 0, n
		}
		return 0, 0
	}
	text = strings.ToLower(text)
	if !isAlpha(text[0]) {
		return 0, released
	}
	letters = int(text[0]-'a') + 1
	for _, c := range text[1:] {
		if c < 'a' || c > 'z' {
			return latest, released
		}
		letters += int(c - 'a')
	}
	return min(letters, latest), released
}

func atLeastOpenssl(version string) bool {
	n, _ := openssl(version)
	return n <= opensslNumber
}

// noOpenssl tells whether a text is no version: HAProxy then ends a start without a word, or crashes.
func noOpenssl(version string) bool {
	_, ok := openssl(version)
	return !ok
}
