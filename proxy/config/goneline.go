package config

import "strings"

// goneKeywords are those of a proxy that HAProxy has given up, with what it says of them after the position. The rules that
// rewrote headers by an expression (req*, rsp*) still stand in many a file that was written for HAProxy 1.
var goneKeywords = map[string]string{
	"redispatch":  "keyword 'redispatch' directive is not supported anymore since HAProxy 2.1. Use 'option redispatch'.",
	"redisp":      "keyword 'redisp' directive is not supported anymore since HAProxy 2.1. Use 'option redispatch'.",
	"clitimeout":  "the 'clitimeout' directive is not supported anymore since HAProxy 2.1. Use 'timeout client'.",
	"srvtimeout":  "the 'srvtimeout' directive is not supported anymore since HAProxy 2.1. Use 'timeout server'.",
	"contimeout":  "the 'contimeout' directive is not supported anymore since HAProxy 2.1. Use 'timeout connect'.",
	"monitor-net": "'monitor-net' doesn't exist anymore. Please use 'http-request return status 200 if { src " + itsValue + " }' instead.",
	"appsession":  "'appsession' is not supported anymore since HAProxy 1.6.",
	"block":       gone("block", " Use 'http-request deny' which uses the exact same syntax."),
	"reqadd":      gone("reqadd", instead("http-request add-header")),
	"reqallow":    gone("reqallow", instead("http-request allow")),
	"reqdel":      gone("reqdel", instead("http-request del-header")),
	"reqdeny":     "The 'reqdeny' not supported anymore since HAProxy 2.1. Use 'http-request deny' instead.",
	"reqiallow":   gone("reqiallow", instead("http-request allow")),
	"reqidel":     gone("reqidel", instead("http-request del-header")),
	"reqideny":    gone("reqideny", instead("http-request deny")),
	"reqipass":    gone("reqipass", ""),
	"reqirep":     gone("reqirep", instead("http-request replace-header")),
	"reqitarpit":  gone("reqitarpit", instead("http-request tarpit")),
	"reqpass":     "The 'reqpass' not supported anymore since HAProxy 2.1.",
	"reqrep":      gone("reqrep", " Use 'http-request replace-path', 'http-request replace-uri' or 'http-request replace-header' instead."),
	"reqtarpit":   gone("reqtarpit", instead("http-request tarpit")),
	"rspadd":      gone("rspadd", instead("http-response add-header")),
	"rspdel":      gone("rspdel", " Use 'http-response del-header' ."),
	"rspdeny":     gone("rspdeny", instead("http-response deny")),
	"rspidel":     gone("rspidel", instead("http-response del-header")),
	"rspideny":    gone("rspideny", instead("http-response deny")),
	"rspirep":     gone("rspirep", instead("http-response replace-header")),
	"rsprep":      gone("rsprep", instead("http-response replace-header")),
}

func gone(name, hint string) string {
	return "The '" + name + "' directive is not supported anymore since HAProxy 2.1." + hint
}

func instead(rule string) string { return " Use '" + rule + "' instead." }

// itsValue stands for the word behind the keyword.
const itsValue = "<value>"

// goneKeyword refuses a keyword that HAProxy has given up.
func (p *parser) goneKeyword(w words) (refused bool) {
	text, refused := goneKeywords[w.at(0)]
	switch {
	case refused:
		p.bad("%s", strings.ReplaceAll(text, itsValue, w.at(1)))
	case w.at(0) == "grace": // the only one of them that is told in the other form
		p.badTight("the 'grace' keyword is not supported any more since HAProxy version 2.5.")
		return true
	}
	return refused
}
