package stats

import (
	"slices"
	"strings"
)

// splitCommands cuts a line at its semicolons. A backslash takes the meaning away from what follows it.
func splitCommands(line string) []string {
	var all []string
	start, escaped := 0, false
	for i := 0; i < len(line); i++ {
		switch {
		case escaped:
			escaped = false
		case line[i] == '\\':
			escaped = true
		case line[i] == ';':
			all = append(all, line[start:i])
			start = i + 1
		}
	}
	return append(all, line[start:])
}

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
		case c == ' ' || c == '\t' || c == '\r':
			if inWord {
				words = append(words, string(word))
			}
			word, inWord = word[:0], false
			continue
		case c == '\\' && i+1 < len(command):
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

// matching are the commands that begin with all of args.
func matching(commands []*command, args []string) []*command {
	var list []*command
	for _, c := range commands {
		if c.matched(args) == len(args) {
			list = append(list, c)
		}
	}
	return list
}

// nearest are up to five commands that look like args: of those that share the most words, the ones whose following words
// take the fewest changes. They keep the table's order.
func nearest(commands []*command, args []string) []*command {
	const most = 5
	shared := 0
	for _, c := range commands {
		shared = max(shared, c.matched(args))
	}
	var list []*command
	for _, c := range commands {
		if c.matched(args) == shared && shared < len(c.words) && shared < len(args) {
			list = append(list, c)
		}
	}
	if shared > 0 && len(list) <= most {
		return list
	}
	byDistance := slices.Clone(list)
	slices.SortStableFunc(byDistance, func(a, b *command) int {
		return distances(a.words[shared:], args[shared:]) - distances(b.words[shared:], args[shared:])
	})
	best := byDistance[:min(most, len(byDistance))]
	return slices.DeleteFunc(list, func(c *command) bool { return !slices.Contains(best, c) })
}

// distances sums up the distance of each pair of words.
func distances(words, args []string) int {
	sum := 0
	for i := range min(len(words), len(args)) {
		sum += distance(words[i], args[i])
	}
	return sum
}

// distance is Levenshtein's: how many letters to insert, remove or replace. Long words are compared by their beginning.
func distance(a, b string) int {
	const longest = 32
	a, b = a[:min(longest, len(a))], b[:min(longest, len(b))]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := diagonal
			if a[i-1] != b[j-1] {
				replace++
			}
			diagonal = row[j]
			row[j] = min(replace, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

// payload tells whether a command announces lines of data, which end with an empty one, and gives the command without
// the announcement.
func payload(command string) (string, bool) {
	trimmed := strings.TrimRight(command, " \t\r")
	if !strings.HasSuffix(trimmed, " <<") {
		return command, false
	}
	return strings.TrimSuffix(trimmed, "<<"), true
}
