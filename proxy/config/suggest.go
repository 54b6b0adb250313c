package config

import "strings"

// HAProxy answers a misspelt keyword with the known one that is most alike, and measures that by letters and by pairs of
// neighbours. To suggest the same word, the same is counted here.

// pair is two neighbours in a word; the first one is 0 for a letter by itself.
type pair struct{ before, after byte }

// Profile is what words are made of: how often each pair of neighbours occurs, and which letters do at all.
type Profile map[pair]int

// edge stands for the begin and the end of a word, and for what is neither letter nor digit.
const edge = ' '

// kind makes letters of either case alike, all digits alike, and all the rest.
func kind(c byte) byte {
	switch {
	case isAlpha(c):
		return c | 0x20
	case isDigit(c):
		return '0'
	}
	return edge
}

// ProfileOf makes the profile of words.
func ProfileOf(words ...string) Profile {
	f := Profile{}
	for _, word := range words {
		last := byte(edge)
		for i := range len(word) {
			k := kind(word[i])
			f[pair{0, k}] = 1
			f[pair{last, k}]++
			last = k
		}
		f[pair{last, edge}]++
	}
	return f
}

// Distance is how much one profile has that the other has not, either way.
func (f Profile) Distance(other Profile) int {
	sum := 0
	for p, n := range f {
		sum += max(n-other[p], 0)
	}
	for p, n := range other {
		sum += max(n-f[p], 0)
	}
	return sum
}

// suggest gives the known word nearest to word, or "" where none is near: the distance may not exceed twice the length of
// either word, or three times where (*) behind the known one says that it is the beginning of names. Of several equally near the
// first wins, so the order of the lists matters.
func suggest(word string, lists ...[]string) string {
	wanted := ProfileOf(word)
	best, least, most := "", -1, 2
	for _, list := range lists {
		for _, known := range list {
			name, begins := strings.CutSuffix(known, "(*)")
			if d := wanted.Distance(ProfileOf(name)); least < 0 || d < least {
				if best, least, most = name, d, 2; begins {
					most = 3
				}
			}
		}
	}
	if least > most*min(len(word), len(best)) {
		return ""
	}
	return best
}
