package config

import (
	"slices"
	"strings"
)

// besideFiles is what of the files beside a certificate is not read (section 3.1, "ssl-load-extra-files" and "ssl-load-extra-del-ext").
type besideFiles struct {
	noBundle, noKey bool
	cutExt          bool // .crt is taken off a certificate's name before its key's ending is added
}

// extraFiles are the kinds that may be asked for. Those of OCSP, and of certificate transparency, have nothing to act on here.
var extraFiles = []string{"bundle", "sctl", "ocsp", "issuer", "key"}

func parseExtraFiles(p *parser, w words) {
	var asked []string
	for _, word := range w.from(1) {
		switch {
		case slices.Contains(extraFiles, word):
			asked = append(asked, word)
		case word != "none" && word != "all":
			p.extraFilesUsage(w)
			return
		case len(w.from(1)) > 1:
			p.bad("'%s' 'none' and 'all' can be only used alone", w[0])
			return
		case word == "all":
			asked = extraFiles
		}
	}
	if w.at(1) == "" {
		p.extraFilesUsage(w)
		return
	}
	x := &p.extra
	x.noBundle, x.noKey = !slices.Contains(asked, "bundle"), !slices.Contains(asked, "key")
}

func (p *parser) extraFilesUsage(w words) {
	p.bad("'%s' expects one or multiple arguments (none, all, bundle, sctl, ocsp, issuer).", w[0])
}

// keyFile is where a certificate's key is looked for if it is not in its own file; looked is false where it is not.
func (x besideFiles) keyFile(cert string) (file string, looked bool) {
	if x.cutExt {
		cert = strings.TrimSuffix(cert, ".crt")
	}
	if x.noKey {
		return cert, false
	}
	return cert + ".key", true
}
