package config

import (
	"slices"
	"strings"
)

// LogSample picks some of a target's lines: of each Size the ones whose number, from 1, lies in a range (section 3.1, "log").
type LogSample struct {
	Ranges [][2]int // first and last, ascending
	Size   int
}

// Has tells whether the n-th line, counted from 0, is one of them.
func (s *LogSample) Has(n uint64) bool {
	at := int(n%uint64(s.Size)) + 1
	for _, r := range s.Ranges {
		if at <= r[1] {
			return at >= r[0]
		}
	}
	return false
}

// parseSample reads <range>[,<range>]*:<size>.
func parseSample(text string) (*LogSample, error) {
	ranges, size, ok := strings.Cut(text, ":")
	if !ok {
		return nil, sayf("Missing sample size")
	}
	s := &LogSample{}
	for rest := ranges; rest != ""; {
		var word string
		whole := rest // HAProxy names all that is left
		word, rest, _ = strings.Cut(rest, ",")
		r, ok := sampleRange(word)
		if !ok {
			return nil, sayf("wrong sample range '%s'", whole)
		}
		for _, other := range s.Ranges {
			if r[0] <= other[1] && other[0] <= r[1] {
				return nil, sayf("ranges are overlapping")
			}
		}
		s.Ranges = append(s.Ranges, r)
	}
	if len(s.Ranges) == 0 {
		return nil, sayf("no sampling ranges given")
	}
	if s.Size, ok = count(size); !ok {
		return nil, sayf("wrong sample size '%s' for sample range '%s'", size, ranges)
	}
	slices.SortFunc(s.Ranges, func(a, b [2]int) int { return a[0] - b[0] })
	if last := s.Ranges[len(s.Ranges)-1][1]; last > s.Size {
		return nil, sayf("sample size %d should be greater or equal to %d the maximum of the high ranges limits", s.Size, last)
	}
	return s, nil
}

// sampleRange reads <n> or <low>-<high>, of which low is the lower.
func sampleRange(word string) (r [2]int, ok bool) {
	low, high, both := strings.Cut(word, "-")
	if r[0], ok = count(low); !ok || !both {
		r[1] = r[0]
		return r, ok
	}
	r[1], ok = count(high)
	return r, ok && r[0] < r[1]
}

// count reads a number of 1 and up, in digits alone, of which HAProxy keeps 32 bits.
func count(text string) (n int, ok bool) {
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
		n &= 1<<32 - 1
	}
	return n, n != 0
}
