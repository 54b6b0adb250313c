package balance

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestURIChoosesBySdbmOfTheTarget(t *testing.T) {
	var servers []*Server
	for i := range 4 {
		servers = append(servers, &Server{Index: i, ID: i + 1, Weight: 1, Up: true})
	}
	cases := []struct {
		args []string
		uri  string
		same string // goes where this does
	}{
		{nil, "/url1?a=b", "/url1"}, {[]string{"len", "4"}, "/urlxyz", "/url"}, {[]string{"depth", "1"}, "/a/b/c", "/a"},
		{[]string{"path-only"}, "http://h/x", "/x"}, {[]string{"whole"}, "/x?y", "/x?y"},
	}
	for _, c := range cases {
		sel, err := New("uri", c.args, servers, Params{})
		require.NoError(t, err)
		require.Equal(t, sel.Select(Request{URI: []byte(c.same)}), sel.Select(Request{URI: []byte(c.uri)}), c.uri)
	}
	sel, err := New("uri", nil, servers, Params{})
	require.NoError(t, err)
	for uri, want := range map[string]int{"/url1": 1, "/url2": 2, "/url3": 3, "/url4": 0} { // as HAProxy chooses
		require.Equal(t, want, sel.Select(Request{URI: []byte(uri)}).Index, uri)
	}
}
