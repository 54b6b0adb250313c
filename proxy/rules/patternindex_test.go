package rules

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

// An index gives what trying the patterns one after the other gives, also after changes.
func TestIndexedPatternsMatchAsTriedOnes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	word := func() string { return string("/abAB"[rng.IntN(5)]) + string("abAB."[rng.IntN(5)]) }
	addr := func() string {
		if rng.IntN(4) == 0 {
			return fmt.Sprintf("::%x:%x", rng.IntN(3), rng.IntN(3))
		}
		return fmt.Sprintf("10.%d.%d.%d", rng.IntN(3), rng.IntN(3), rng.IntN(3))
	}
	for _, how := range []string{"str", "beg", "end", "bin", "ip", "sub"} {
		for _, fold := range []bool{false, true} {
			text := func() string {
				switch how {
				case "ip":
					return addr() + []string{"", "/8", "/24", "/31"}[rng.IntN(4)]
				case "bin":
					return fmt.Sprintf("%02x", rng.IntN(40))
				}
				w := ""
				for range rng.IntN(4) {
					w += word()
				}
				return w
			}
			l := &Patterns{how: how, fold: fold}
			set := newSet("", "", l)
			for range 60 {
				require.NoError(t, set.Add(-1, text()))
				if rng.IntN(5) == 0 {
					set.Del(l.Items[rng.IntN(len(l.Items))].Text)
				}
				for range 20 {
					v := Text(text())
					switch how {
					case "ip":
						v = Value{Kind: IP, IP: netip.MustParseAddr(addr())}
					case "bin":
						v = Value{Kind: Bin, Str: string(rune(rng.IntN(40)))}
					}
					c, ok := cast(v, matchers[how].takes)
					require.True(t, ok)
					require.Equal(t, l.first(matchers[how], c) != nil, l.Match(v), "%s %v %v", how, fold, v)
				}
			}
			require.Equal(t, how != "sub", l.index != nil, how)
			set.Clear(-1)
			require.False(t, l.Match(Text("/")))
		}
	}
}
