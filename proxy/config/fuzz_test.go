package config

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"simulacro/proxy/rules"
)

// placePattern finds the places that messages tell.
var placePattern = regexp.MustCompile(`arsing \[haproxy\.cfg:(-?\d+)\]`)

// FuzzParse gives the parser any text: it must answer, with a configuration exactly where it reports nothing fatal, and each
// message that tells a place must tell one that is there.
func FuzzParse(f *testing.F) {
	seeds, err := filepath.Glob("../../internal/differential/mistakes/testdata/*.cfg")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range append(seeds, "testdata/practical.cfg", "testdata/rich.cfg") {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
		for i, m := range mistakes(string(text)) {
			if i%97 == 0 {
				f.Add(m.text)
			}
		}
	}
	for _, line := range []string{
		"", "global", "defaults\n\x00", "\xef\xbb\xbfglobal\n", ".if 1\n.if (\n.endif\n", "listen x\n bind :1-65535\n", "global\n cpu-map auto:1/1- 0-\n",
		"global\n setenv A \"a b\"\nlisten \"${A[*]}\"\n", "listen x\n server s \"${X-${Y}}\" weight 999999999999\n",
		"listen x\n log-format \"%{+Q,+E}o %[src,lower,regsub(a,b)\"\n", "userlist u\n user x password $5$a$b\n", "no\ndefault\n",
		"listen x\n http-request set-var(txn.x\n http-request set-var( src,; lower if\n", "listen x\n acl a path_beg,;\n acl b src 5-1 -- -\n",
		"listen x\n mode http\n http-request return errorfiles z hdr a %{+Q}\n errorfiles z 404\n unique-id-format %(%+%{\n", "frontend x from y\n disabled\n",
	} {
		f.Add(line)
	}
	opt := testOptions()
	opt.ReadFile = func(string) ([]byte, error) { return nil, errors.New("no such file or directory") }
	f.Fuzz(func(t *testing.T, text string) {
		cfg, rep := ParseText("haproxy.cfg", text, opt)
		if (cfg == nil) != rep.Fatal {
			t.Fatalf("configuration %v, fatal %v:\n%s", cfg != nil, rep.Fatal, rep)
		}
		if rep.Fatal && len(rep.Messages) == 0 {
			t.Fatal("refused without a word")
		}
		lines := strings.Count(text, "\n") + 1
		for _, m := range placePattern.FindAllStringSubmatch(rep.String(), -1) {
			if n := atoi(m[1]); n < 1 || n > lines {
				t.Fatalf("line %d of %d: %s", n, lines, m[0])
			}
		}
	})
}

// FuzzLogFormat gives the log-format parser any text (section 8.2.4): it must answer, and tell why where it refuses.
func FuzzLogFormat(f *testing.F) {
	for _, s := range []string{
		"", "%", "%%", "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r",
		"%{+Q}o %{-Q}ci", "%{", "%{+X", "%[", "%[src", "%[src,lower]", "%[]", "%{+E}[req.hdr(x)]", "%[req.hdr(a),regsub(\"(\",b,g)]", "%T%", "a\x00b", "\xff%ci",
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, text string, log bool) {
		format, err := rules.ParseFormat(nil, text, log)
		if (format == nil) == (err == nil) {
			t.Fatalf("format %v, error %v", format != nil, err)
		}
		if err != nil && (err.Error() == "" || utf8.ValidString(text) && !utf8.ValidString(err.Error())) {
			t.Fatalf("error %q", err)
		}
	})
}
