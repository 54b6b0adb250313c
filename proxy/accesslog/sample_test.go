package accesslog

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"simulacro/proxy/config"
)

// Of the lines of the wanted levels a target gets those that its sample names, and structured data go where there is room for them.
func TestSample(t *testing.T) {
	some, toSome := receiver(t)
	every, toEvery := receiver(t)
	p := &config.Proxy{Name: "web", Logs: []config.LogTarget{
		{Addr: toSome, Format: "raw", Level: Notice, Sample: &config.LogSample{Ranges: [][2]int{{1, 1}, {3, 4}}, Size: 5}},
		{Addr: toEvery, Format: "rfc5424", Level: Debug},
	}}
	logs := logging(t, p, config.Global{}, options())
	for _, text := range []string{"1", "2", "3", "4", "5", "6", "7"} {
		logs.Event(p, Info, "not wanted")
		logs.Request(p, Notice, &Record{Text: []byte(text), Data: []byte("[a@1 b=\"" + text + "\"]")})
	}
	for _, want := range []string{"1\n", "3\n", "4\n", "6\n"} {
		if diff := cmp.Diff(want, read(t, some)); diff != "" {
			t.Error(diff)
		}
	}
	head := "1 " + noon.Format("2006-01-02T15:04:05.000000-07:00") + " - haproxy 14389 - "
	for _, want := range []string{"<6>" + head + "- not wanted\n", "<5>" + head + "[a@1 b=\"1\"] 1\n"} {
		if diff := cmp.Diff(want, read(t, every)); diff != "" {
			t.Error(diff)
		}
	}
}
