package stats

import (
	"slices"
	"strings"

	"simulacro/proxy/config"
)

// splitWords cuts a command at its blanks and takes the backslashes off.
func splitWords(command string) []string {
	var (
		words  []string
		word   []byte
		inWord bool
	)
	for i := 0; i < len(command); i++ {
		c := command[i]
		switch {
		case c == ' ' || c == '\t':
			if inWord {
				words = append(words, string(word))
			}
			word, inWord = word[:0], false
			continue
		case c == '\\' && i+1 == len(command):
			continue
		case c == '\\':
			i++
			c = command[i]
		}
		word, inWord = append(word, c), true
	}
	if inWord {
		words = append(words, string(word))
	}
	return words
}

// mostNamed is how many commands an answer to an unknown one names.
const mostNamed = 5

// candidate is a command that may be meant, and how far it is from what was typed.
type candidate struct {
	c        *command
	distance int
}

// likely are the commands that continue args; where args go on beyond what any command has, those whose further words are
// most alike, or all where none is.
func likely(commands []*command, args []string) []*command {
	shared := 0
	for _, c := range commands {
		shared = max(shared, c.matched(args))
	}
	var same []*command
	for _, c := range commands {
		if c.matched(args) == shared && len(c.words) >= shared {
			same = append(same, c)
		}
	}
	if shared == len(args) {
		return same
	}
	var best []candidate
	for _, c := range same {
		if c.help == "" {
			continue
		}
		d, near := likeness(c.words[shared:], args[shared:])
		if !near || len(best) == mostNamed && d >= best[mostNamed-1].distance {
			continue
		}
		at := slices.IndexFunc(best, func(b candidate) bool { return d < b.distance })
		if at < 0 {
			at = len(best)
		}
		best = slices.Insert(best, at, candidate{c, d})
		best = best[:min(mostNamed, len(best))]
	}
	if len(best) == 0 {
		return same
	}
	var named []*command
	for _, b := range best {
		if b.distance <= 5*best[0].distance/2 { // what is much farther than the first is not meant
			named = append(named, b.c)
		}
	}
	return named
}

// mostWords is how many words of a command are compared.
const mostWords = 5

// likeness is the distance of a command's words to those typed, and whether they are alike at all.
func likeness(words, args []string) (distance int, near bool) {
	args = args[:min(mostWords, len(args))]
	length := 0
	for _, w := range slices.Concat(words, args) {
		length += len(w)
	}
	distance = config.ProfileOf(args...).Distance(config.ProfileOf(words...))
	return distance, distance < 5*length/2
}

// payload tells whether a command announces lines of data, which end with an empty one.
func payload(command string) bool { return strings.HasSuffix(command, "<<") }
