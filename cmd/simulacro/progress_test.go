package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestFit(t *testing.T) {
	assert.Equal(t, "no terminal, no limit", fit("no terminal, no limit", 0))
	assert.Equal(t, "fits", fit("fits", 5))
	assert.Equal(t, "one t…", fit("one too long", 7), "a row is left free of the cursor")
	assert.Equal(t, "»»…", fit("»»»»»", 4), "characters are counted, not bytes")
}

func TestFold(t *testing.T) {
	assert.Equal(t, "as it is, long or not", fold("as it is, long or not", 10, 0))
	folded := fold("from cluster1, http://10.0.90.13/ does not answer: curl: (28) Connection timed out", 10, 40)
	for i, row := range strings.Split(folded, "\n") {
		if i == 0 {
			row = strings.Repeat(" ", 10) + row // the caller's clock
		}
		assert.LessOrEqual(t, utf8.RuneCountInString(row), 40, row)
	}
	assert.Equal(t, "from cluster1, http://10.0.90.13/ does not answer: curl: (28) Connection timed out", strings.Join(strings.Fields(folded), " "))
}
