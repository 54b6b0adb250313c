package differential

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func basic(account string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(account))
}

// post sends a form to a page and notes the answer.
func (s *Side) post(name, target, form string, fields ...string) {
	s.form(name, target, form, fields...).Close()
}

// form is post on a connection that stays open.
func (s *Side) form(name, target, form string, fields ...string) *Client {
	s.Note("$ post %s %.60s", target, form)
	c := s.Dial(name)
	head := strings.TrimSuffix(strings.Replace(Request(target, fields...), "GET", "POST", 1), "\r\n")
	return c.Send(head + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(form), form)).Answer()
}

const pageFile = `
global
    maxconn 5000
    node node1
    description the drill
` + Head + `
frontend web
    bind {web}
    maxconn 4321
    description all that comes in
    stats enable
    stats uri /st
    stats refresh 5s
    %s
    default_backend app
backend app
    balance leastconn
    cookie S insert
    fullconn 100
    server a {s1} check inter 50ms cookie c1 maxconn 10 maxqueue 20 weight 3
    server b {s1} check inter 50ms backup
    server c {s1} check inter 50ms disabled
    server d {s2} check inter 50ms observe layer7
    server e {s1}
    server f {s1} track app/a
    server g {s1} check inter 50ms weight 0
    server h {s1} check inter 50ms pool-max-conn 7
frontend rawin
    mode tcp
    option tcplog
    bind {raw}
    default_backend raw
backend raw
    mode tcp
    server a {s1} check inter 50ms
    server b {s1} backup
backend empty
listen own
    bind {own}
    server a {s1}
`

// playPages makes some traffic and brings servers into each of their states; then it looks at the pages.
func playPages(targets ...string) func(s *Side) {
	return func(s *Side) {
		s.Mask(`(/STATS> .* 200) \d+`, "$1 n")
		s.UntilStat("app/d", "status", "DOWN")
		for _, server := range []string{"app/a", "app/b", "app/g", "app/h", "raw/a"} {
			s.UntilStat(server, "check_status", "L4OK")
		}
		s.Get("web", "/1")
		s.Get("own", "/2")
		s.Logs(2)
		s.CLI("set server app/h state drain")
		s.Page("web", targets[0])
		for _, target := range targets[1:] {
			s.PageTop("web", target)
		}
	}
}

var pageCases = []Case{
	{
		Name: "page", Config: fmt.Sprintf(pageFile, ""), Before: func(s *Side) { s.Server("s2").Down() },
		Play: playPages("/st", "/st;up", "/st;no-maint", "/st;up;norefresh", "/st?scope=RAW", "/st;scope=app;up", "/st?scope=x", "/st?scope=a%70p",
			"/st;st=DONE", "/st;st=NONE;up", "/st;st=PART", "/st;st=ERRP;norefresh?scope=own", "/st;st=EXCD", "/st;st=DENY", "/st;st=IVAL", "/st;st=UNKN",
			"/st;st=XXXX", "/st;st=DON"),
	},
	{
		Name: "page-full",
		Config: fmt.Sprintf(pageFile, "stats show-legends\n    stats show-modules\n    stats show-node\n    stats show-desc\n    stats hide-version\n"+
			"    stats admin if TRUE"),
		Before: func(s *Side) { s.Server("s2").Down() },
		Play:   playPages("/st", "/st;up;norefresh;st=DONE?scope=app"),
	},
	{
		Name: "page-scope", Config: fmt.Sprintf(pageFile, "stats scope app\n    stats scope .\n    stats show-node other\n    stats show-desc of our own\n    stats admin if FALSE"),
		Before: func(s *Side) { s.Server("s2").Down() }, Play: playPages("/st", "/st?scope=raw"),
	},
	{Name: "page-heads", Config: fmt.Sprintf(pageFile, "stats admin if TRUE"), Play: playHeads},
	{Name: "page-forms", Config: fmt.Sprintf(pageFile, "stats admin if TRUE"), Play: playForms},
	{Name: "page-auth", Config: pageAuth, Play: playAuth},
	{Name: "page-admin", Config: pageAdmin, Play: playAdmin},
	{Name: "page-rules", Config: pageRules, Play: playPageRules},
	{Name: "page-backend", Config: pageBackend, Play: playPageBackend},
}

func playHeads(s *Side) {
	for _, r := range []string{
		"GET /st HTTP/1.1\r\nHost: www\r\nConnection: close\r\n\r\n", "GET /st HTTP/1.1\r\nHost: www\r\n\r\n", "GET /st;csv HTTP/1.0\r\n\r\n",
		"GET /st;csv HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "HEAD /st HTTP/1.1\r\nHost: www\r\n\r\n", "HEAD /st;csv HTTP/1.0\r\n\r\n",
		"HEAD /st;typed;norefresh HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /st;typed HTTP/1.1\r\nHost: www\r\n\r\n", "GET /st;json HTTP/1.1\r\nHost: www\r\n\r\n",
		"GET /st;json;csv HTTP/1.1\r\nHost: www\r\n\r\n", "GET /stxx;csvyy HTTP/1.1\r\nHost: www\r\n\r\n", "GET /st;json-schema HTTP/1.1\r\nHost: www\r\n\r\n",
		"GET http://www/st;csv HTTP/1.1\r\nHost: www\r\n\r\n", "POST /st HTTP/1.0\r\nContent-Length: 4\r\n\r\ns=ab",
		"POST /st;up;no-maint;norefresh;csv?scope=app HTTP/1.1\r\nHost: www\r\nContent-Length: 4\r\n\r\ns=ab",
		"GET /st;csv HTTP/1.1\r\nHost: www\r\nAccept-Encoding: gzip\r\n\r\n",
	} {
		s.Head("web", r)
	}
	s.Mask(`(/<STATS> .* 200) \d+`, "$1 n")
	s.Logs(16)
	s.Stat("web/FRONTEND", "stot", "req_tot", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "intercepted", "bin", "ereq")
	s.Stat("app/BACKEND", "stot", "hrsp_2xx", "bin")
}

// playForms sends every action, and forms that are wrong in each way, and looks at what became of the servers.
func playForms(s *Side) {
	s.Mask(`status=(UP|DRAIN) \d/\d`, "status=$1") // the next check may have come
	look := func(servers ...string) {
		for _, server := range servers {
			s.Stat("app/"+server, "status", "weight", "chkdown")
		}
	}
	for _, server := range []string{"app/a", "app/b", "app/d", "app/g", "app/h"} {
		s.UntilStat(server, "check_status", "L4OK")
	}
	for _, form := range []string{
		"s=a&action=maint&b=app", "s=a&action=disable&b=app", "s=a&action=enable&b=app", "s=a&action=enable&b=app", "s=a&action=disable&b=app", "s=a&action=ready&b=app",
		"s=a&action=drain&b=app", "s=a&action=stop&b=app", "s=a&action=start&b=app", "s=a&action=start&b=app", "s=e&action=stop&b=app", "s=e&action=ready&b=app",
		"s=d&action=dhlth&b=app", "s=d&action=hdown&b=app", "s=d&action=hrunn&b=app", "s=d&action=hnolb&b=app", "s=d&action=hrunn&b=app", "s=f&action=hdown&b=app", "s=e&action=dhlth&b=app",
		"s=d&action=ehlth&b=app", "s=e&action=hdown&b=app", "s=e&action=hrunn&b=app", "s=c&action=ready&b=app",
	} {
		s.post("web", "/st", form)
		look("a", "c", "d", "e", "f")
	}
	for _, form := range []string{
		"s=a&s=b&action=drain&b=app", "b=app&action=ready&s=a&s=b", "s=a&action=dagent&b=app", "s=a&action=adown&b=app", "s=a&action=xx&b=app", "s=a&b=app", "s=a&action=ready",
		"s=a&action=ready&b=zz", "s=a&action=ready&b=web", "s=zz&action=ready&b=app", "s=zz&s=a&action=ready&b=app", "s=%zz&action=ready&b=app", "s=%zz&s=a&action=ready&b=app",
		"s=a&action=ready&b=app&action=xx", "action=xx&s=a&action=ready&b=app", "x", "&", "s=a&action=&b=app", "s=a&action=shutdown&b=app", "s=a&action=ready&b=raw",
		"s=a&action=drain&b=%233", "s=a&action=ready&b=#3", "s=" + strings.Repeat("x", 2045) + "&action=ready&b=app", "s=" + strings.Repeat("x", 14000) + "&action=ready&b=app",
		"s=" + strings.Repeat("x", 20000) + "&action=ready&b=app",
	} {
		s.post("web", "/st;up;norefresh?scope=app", form)
		look("a", "b")
	}
	s.form("web", "/st", "s=a&action=ready&b=app", "Expect: 100-continue").Answer().Close() // the first answer was 100, ahead of the form's effect
	s.Note("$ chunked")
	c := s.Dial("web")
	defer c.Close()
	c.Send("POST /st HTTP/1.1\r\nHost: www\r\nTransfer-Encoding: chunked\r\n\r\n8\r\ns=a&acti\r\ne\r\non=drain&b=app\r\n0\r\n\r\n").Answer()
	look("a")
	s.Mask(`check duration: \d+ms`, "check duration")
	s.Logs(27 + 25)
}

// TestReadHTML: what pages leave out, quotes and ends, is no obstacle.
func TestReadHTML(t *testing.T) {
	root, err := readHTML(`<!DOCTYPE html><style><!-- a {} --></style><table class=tbl><tr class="x"><td class=ac nowrap><u>9<div class=tips>a: <b>1</b></div></u>&nbsp;<td>` +
		`<p><span class="rls">1</span>234</td></tr></table>`)
	require.NoError(t, err)
	rows := root.all("tr")
	require.Len(t, rows, 1)
	require.True(t, rows[0].is("x"))
	cells := rows[0].all("td")
	require.Equal(t, "9 1234", cells[0].words())
	require.Equal(t, "a: 1", (&node{kids: cells[0].all("u")[0].all("div")[0].kids}).words())
	require.Equal(t, "ab", dechunk("1\r\na\r\n1\r\nb\r\n0\r\n\r\n"))
}
