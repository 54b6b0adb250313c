package config

// HAProxy answers a misspelt keyword with the known one whose letters follow each other most alike. To suggest the same
// word, the same measure is used: each word is described by how often each class of character follows each other class,
// and the distance of two words is the sum of the differences.

const (
	classDigit = 27
	classOther = 28 // also the begin and the end of a word
	classCount = 32
)

// fingerprint counts the transitions of a word, and in row 0 marks the classes that occur.
type fingerprint [classCount * classCount]uint8

func fingerprintOf(word string) (fp fingerprint) {
	from := classOther
	for i := 0; i < len(word); i++ {
		to := classOther
		switch c := word[i]; {
		case isAlpha(c):
			to = int(c|0x20-'a') + 1
		case isDigit(c):
			to = classDigit
		}
		fp[to] = 1
		fp[classCount*from+to]++
		from = to
	}
	fp[classCount*from+classOther]++
	return fp
}

func (fp *fingerprint) distance(other *fingerprint) int {
	sum := 0
	for i, a := range fp {
		d := int(a) - int(other[i])
		if d < 0 {
			d = -d
		}
		sum += d
	}
	return sum
}

// suggest gives the known word nearest to word, or "" where none is near: the distance may not exceed twice the length of
// either word. Of several equally near the first wins, so the order of the lists matters.
func suggest(word string, lists ...[]string) string {
	fp := fingerprintOf(word)
	best, bestDistance := "", -1
	for _, list := range lists {
		for _, known := range list {
			other := fingerprintOf(known)
			if d := fp.distance(&other); bestDistance < 0 || d < bestDistance {
				best, bestDistance = known, d
			}
		}
	}
	if bestDistance > 2*len(word) || bestDistance > 2*len(best) {
		return ""
	}
	return best
}
