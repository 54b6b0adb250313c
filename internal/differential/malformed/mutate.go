package malformed

import (
	"bytes"
	"math/rand/v2"
	"strings"
)

// Message is one message under test: where it comes from, and its bytes.
type Message struct {
	Base  int // index of what it was made from
	Bytes []byte
}

// Requests makes n broken requests, always the same for one seed. The first ones are the well-formed ones themselves.
func Requests(seed uint64, n int) []Message { return generate(requests, requestChanges, seed, n) }

// Responses makes n broken responses.
func Responses(seed uint64, n int) []Message { return generate(responses, responseChanges, seed, n) }

func generate(bases []string, changes []change, seed uint64, n int) (all []Message) {
	seen := map[string]bool{}
	for i, b := range bases {
		all, seen[b] = append(all, Message{i, []byte(b)}), true
	}
	r := rand.New(rand.NewPCG(seed, 0))
	for len(all) < n {
		base := r.IntN(len(bases))
		m := []byte(bases[base])
		for range 1 + r.IntN(3)*r.IntN(2) { // most often one change: what is broken twice is refused for either
			m = changes[r.IntN(len(changes))](r, m)
		}
		if !seen[string(m)] {
			all, seen[string(m)] = append(all, Message{base, m}), true
		}
	}
	return all[:n]
}

// change makes a message different in one way.
type change func(r *rand.Rand, m []byte) []byte

var common = []change{
	replaceByte, replaceByte, insertByte, insertByte, deleteByte, deleteByte, duplicateLine, deleteLine, swapLines, bareLF, bareLF, allLF, bareCR,
	blankBeforeColon, addField, addField, addField, addField, fold, fold, cut, repeat, upperCase, doubleCR, glue, chunkSize, chunkSize,
}

var requestChanges = append([]change{
	word(0, methods), word(0, methods), word(1, targets), word(1, targets), word(1, targets), word(2, versions), word(2, versions), addRequest, leading,
}, common...)

var responseChanges = append([]change{word(0, versions), word(0, versions), status, status, status, addResponse, leading}, common...)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

const special = "\x00\x01\t\r\n\x0b\x0c \x1f!\"#%(),/:;<=>?@[\\]^`{|}~\x7f\x80\xa0\xff0aAZg"

func specialByte(r *rand.Rand) byte { return special[r.IntN(len(special))] }

func splice(m []byte, from, to int, with string) []byte {
	return []byte(string(m[:from]) + with + string(m[to:]))
}

func replaceByte(r *rand.Rand, m []byte) []byte {
	i := r.IntN(len(m))
	return splice(m, i, i+1, string([]byte{specialByte(r)}))
}

func insertByte(r *rand.Rand, m []byte) []byte {
	i := r.IntN(len(m) + 1)
	return splice(m, i, i, string([]byte{specialByte(r)}))
}

func deleteByte(r *rand.Rand, m []byte) []byte {
	i := r.IntN(len(m))
	return splice(m, i, i+1, "")
}

// lines gives the message's lines with their ends.
func lines(m []byte) [][]byte { return bytes.SplitAfter(m, []byte("\n")) }

func join(l [][]byte) []byte { return bytes.Join(l, nil) }

func duplicateLine(r *rand.Rand, m []byte) []byte {
	l := lines(m)
	i := r.IntN(len(l))
	return join(append(l[:i+1:i+1], l[i:]...))
}

func deleteLine(r *rand.Rand, m []byte) []byte {
	l := lines(m)
	i := r.IntN(len(l))
	if out := join(append(l[:i:i], l[i+1:]...)); len(out) > 0 {
		return out
	}
	return m
}

func swapLines(r *rand.Rand, m []byte) []byte {
	l := lines(m)
	i, j := r.IntN(len(l)), r.IntN(len(l))
	l[i], l[j] = l[j], l[i]
	return join(l)
}

// line replaces one line by what f makes of it.
func line(r *rand.Rand, m []byte, f func(string) string) []byte {
	l := lines(m)
	i := r.IntN(len(l))
	l[i] = []byte(f(string(l[i])))
	return join(l)
}

func bareLF(r *rand.Rand, m []byte) []byte {
	return line(r, m, func(s string) string { return strings.Replace(s, "\r\n", "\n", 1) })
}

func bareCR(r *rand.Rand, m []byte) []byte {
	return line(r, m, func(s string) string { return strings.Replace(s, "\r\n", "\r", 1) })
}

func doubleCR(r *rand.Rand, m []byte) []byte {
	return line(r, m, func(s string) string { return strings.Replace(s, "\r\n", "\r\r\n", 1) })
}

func allLF(_ *rand.Rand, m []byte) []byte { return bytes.ReplaceAll(m, []byte("\r\n"), []byte("\n")) }

func blankBeforeColon(r *rand.Rand, m []byte) []byte {
	return line(r, m, func(s string) string {
		return strings.Replace(s, ":", pick(r, []string{" :", "\t:", "::", "", ";", ":\t \t"}), 1)
	})
}

// glue takes a line's end away.
func glue(r *rand.Rand, m []byte) []byte {
	return line(r, m, func(s string) string { return strings.TrimSuffix(s, "\r\n") })
}

func upperCase(r *rand.Rand, m []byte) []byte {
	return line(r, m, func(s string) string { return pick(r, []func(string) string{strings.ToUpper, strings.ToLower})(s) })
}

// addField puts a field somewhere into the head.
func addField(r *rand.Rand, m []byte) []byte {
	l := lines(m)
	head := 1
	for head < len(l)-1 && len(bytes.TrimSpace(l[head])) > 0 {
		head++
	}
	i := min(1+r.IntN(head), len(l))
	return join(append(l[:i:i], append([][]byte{[]byte(pick(r, fields) + "\r\n")}, l[i:]...)...))
}

func fold(r *rand.Rand, m []byte) []byte {
	return line(r, m, func(s string) string {
		with := pick(r, []string{"\r\n ", "\r\n\t", "\n ", "\r\n \r\n ", "\r "})
		if i := strings.IndexAny(s, ": "); i >= 0 {
			i += r.IntN(2)
			return s[:i] + with + s[i:]
		}
		return with + s
	})
}

func cut(r *rand.Rand, m []byte) []byte { return m[:1+r.IntN(len(m))] }

func repeat(r *rand.Rand, m []byte) []byte {
	i := r.IntN(len(m))
	j := i + 1 + r.IntN(min(8, len(m)-i))
	return splice(m, i, j, strings.Repeat(string(m[i:j]), 2+r.IntN(20)))
}

// chunkSize changes a line that is a chunk's size, where there is one.
func chunkSize(r *rand.Rand, m []byte) []byte {
	l := lines(m)
	var at []int
	for i, s := range l {
		if t := strings.TrimRight(string(s), "\r\n"); t != "" && strings.Trim(strings.SplitN(t, ";", 2)[0], "0123456789ABCDEFabcdef") == "" {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return addField(r, m)
	}
	l[pick(r, at)] = []byte(pick(r, sizes) + pick(r, []string{"\r\n", "\r\n", "\r\n", "\n", "\r", ""}))
	return join(l)
}

// word replaces a word of the start line.
func word(n int, by []string) change {
	return func(r *rand.Rand, m []byte) []byte {
		first, rest, _ := strings.Cut(string(m), "\r\n")
		words := strings.SplitN(first, " ", 3)
		if n < len(words) {
			words[n] = pick(r, by)
		}
		return []byte(strings.Join(words, " ") + "\r\n" + rest)
	}
}

func status(r *rand.Rand, m []byte) []byte {
	first, rest, _ := strings.Cut(string(m), "\r\n")
	version, _, _ := strings.Cut(first, " ")
	return []byte(version + " " + pick(r, statuses) + "\r\n" + rest)
}

func addRequest(r *rand.Rand, m []byte) []byte  { return append(bytes.Clone(m), pick(r, requests)...) }
func addResponse(r *rand.Rand, m []byte) []byte { return append(bytes.Clone(m), pick(r, responses)...) }

func leading(r *rand.Rand, m []byte) []byte {
	return append([]byte(pick(r, []string{"\r\n", "\n", "\r", " ", "\t", "\x00", "\r\n\r\n", "\r\n ", "\n\r\n", "\r\r\n", "x\r\n"})), m...)
}
