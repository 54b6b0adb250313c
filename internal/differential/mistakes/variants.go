package mistakes

import (
	"regexp"
	"strings"
)

// variants are the ways to mistype a word: name and what is typed.
func variants(word string) [][2]string {
	list := spellings(word)
	switch {
	case timePattern.MatchString(word):
		list = append(list, times(word)...)
	case addressPattern.MatchString(word):
		list = append(list, addresses(word)...)
	}
	if numberPattern.MatchString(word) {
		list = append(list, numbers(word)...)
	}
	if strings.Contains(word, "%") {
		list = append(list, formats(word)...)
	}
	if strings.ContainsAny(word, "({[") {
		list = append(list, brackets(word)...)
	}
	return list
}

// spellings are slips of the hand and of the keyboard.
func spellings(word string) [][2]string {
	swapped, middle := word, word
	if len(word) > 2 {
		swapped = word[:1] + word[2:3] + word[1:2] + word[3:]
		middle = word[:len(word)/2] + word[len(word)/2+1:]
	}
	return [][2]string{
		{"missing", ""}, {"doubled", word + " " + word}, {"letters swapped", swapped}, {"cut", word[:len(word)-1]},
		{"letter missing", middle}, {"first letter missing", word[1:]},
		{"upper case", strings.ToUpper(word)}, {"capital", strings.ToUpper(word[:1]) + word[1:]}, {"letter added", word + "x"},
		{"typographic quotes", "“" + word + "”"}, {"quotes", `"` + word + `"`}, {"quote left open", `"` + word},
		{"single quote left open", "'" + word}, {"backslash", word + `\`}, {"commented out", "#" + word},
		{"typographic dash", strings.ReplaceAll(word, "-", "–")}, {"underscores", strings.ReplaceAll(word, "-", "_")},
		{"hyphens", strings.ReplaceAll(word, "_", "-")}, {"comma after", word + ","}, {"colon after", word + ":"},
		{"variable", `"$` + word + `"`}, {"empty", `""`}, {"bad escape", `\x4` + word},
	}
}

var (
	numberPattern  = regexp.MustCompile(`\d+([a-z]*)$`)
	timePattern    = regexp.MustCompile(`^\d+(us|ms|s|m|h|d)$`)
	addressPattern = regexp.MustCompile(`^[\w.*\[\]:@/-]*:[\d-]+$`)
)

func numbers(word string) [][2]string {
	var list [][2]string
	for _, n := range []string{"-1", "0", "99999", "999999999999", "abc", "1.5", "10x", "0x10", ""} {
		list = append(list, [2]string{"number " + n, numberPattern.ReplaceAllString(word, n+"$1")})
	}
	return list
}

func times(word string) [][2]string {
	var list [][2]string
	digits := strings.TrimRight(word, "usmhd")
	for _, unit := range []string{"", "S", "M", "sec", "min", "x", "mss", "w", " s", "us"} {
		list = append(list, [2]string{"unit " + unit, digits + unit})
	}
	for _, n := range []string{"0s", "25d", "1us", "2147483648", "1m30s", "-5s", "5.5s"} {
		list = append(list, [2]string{"time " + n, n})
	}
	return list
}

func addresses(word string) [][2]string {
	at := strings.LastIndexByte(word, ':')
	host, port := word[:at], word[at+1:]
	var list [][2]string
	for _, p := range []string{"", ":", ":0", ":65536", ":http", ":-1", ":+1", ":80-70", ":80-85", "::80", ";80", ".80", ":80:80", ":80x", " 80", ":80,", ":80/"} {
		list = append(list, [2]string{"port " + p, host + p})
	}
	for _, h := range []string{"", "256.1.1.1", "1.2.3", "1.2.3.4.5", "::1", "[::1]", "[::1", "*", "no.such.host", "-", "ipv6@127.0.0.1",
		"ipv4@::1", "unix@x", "abns@x", "fd@99", "fd@x", "udp@127.0.0.1", "http://127.0.0.1", "127.0.0.1,127.0.0.2"} {
		list = append(list, [2]string{"host " + h, h + ":" + port})
	}
	return list
}

// formats are slips in a log-format string.
func formats(word string) [][2]string {
	at := strings.IndexByte(word, '%')
	var list [][2]string
	for _, f := range []string{"%", "%%", "%{", "%{+Q}", "%{+q}r", "%{Q}r", "%{+X", "%zz", "%[", "%[src", "%[]", "%[nosuch]", "%[src,nosuch]",
		"%[src,lower(]", "%{+Q}[src]", "%T%", "% r", "%[res.hdr(x)]"} {
		list = append(list, [2]string{"format " + f, word[:at] + f + word[at+1:]})
		list = append(list, [2]string{"format " + f + " at the end", word + f})
	}
	return list
}

// brackets are slips in what stands between parentheses.
func brackets(word string) [][2]string {
	first := strings.IndexAny(word, "({[")
	return [][2]string{
		{"bracket not closed", strings.TrimRight(word, ")}]")}, {"bracket not opened", word[:first] + word[first+1:]},
		{"brackets empty", word[:first+1] + word[len(word)-1:]}, {"bracket closed twice", word + word[len(word)-1:]},
		{"brackets missing", word[:first]}, {"blank in the brackets", word[:first+1] + " " + word[first+1:]},
		{"argument added", word[:len(word)-1] + ",x" + word[len(word)-1:]},
		{"arguments missing", word[:first] + "()"},
	}
}
