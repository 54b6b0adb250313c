package sim

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPlainSteersNoTerminal(t *testing.T) {
	for text, want := range map[string]string{
		"Ñandú → ok\n\t…":            "Ñandú → ok\n\t…",
		"\x1b[31mred\x1b[0m\r\n":     "red\n",
		"\x1b]0;title\atext":         "text",
		"\x1b[2Jgone\x1b":            "gone·",
		"bell\a nul\x00 c1\u009b31m": "bell· nul· c1·31m",
		"cut \xff":                   "cut \ufffd",
	} {
		assert.Equal(t, want, Plain(text), "%q", text)
	}
}
