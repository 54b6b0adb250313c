package rules

import "strings"

func checkRegsub(a []arg) (err error) {
	flags := argText(a, 2, "")
	if strings.Trim(flags, "gi") != "" {
		return sayf("invalid regex flag '%s', only 'i' and 'g' are supported", strings.Trim(flags, "gi")[:1])
	}
	if strings.Contains(flags, "i") {
		a[0].re, err = compileRegex(a[0].s, true)
	}
	if err == nil && strings.Contains(flags, "g") {
		a[0].later = a[0].re.unanchored()
	}
	return err
}

// convRegsub replaces the first match by what the second argument stands for, where \1 is the first group; or all matches with the flag
// g. Each of them is looked for in what is left, which does not begin a text.
func convRegsub(tx *Tx, v Value, a []arg) (Value, bool) {
	var b strings.Builder
	left, with := subject{v.Str, widened(v.Str)}, a[1].s
	for re := a[0].re; re != nil && b.Len() < tx.longest(); re = a[0].later {
		m := left.find(re)
		if m == nil {
			break
		}
		b.WriteString(left.text[:m[0]])
		b.WriteString(expand(with, left.text, m))
		if m[1] == 0 && left.text != "" && a[0].later != nil {
			b.WriteByte(left.text[0]) // what is empty stands before a character
			m[1]++
		}
		if left.text == "" {
			break
		}
		left.skip(m[1])
	}
	b.WriteString(left.text)
	return Text(b.String()), true
}

// expand puts groups in place of \0 to \9, and bytes in place of \x41.
func expand(with, s string, m []int) string {
	var b strings.Builder
	for i := 0; i < len(with); i++ {
		c := with[i]
		if c != '\\' || i+1 == len(with) {
			b.WriteByte(c)
			continue
		}
		i++
		d := int(with[i]) - '0'
		switch {
		case d >= 0 && d <= 9:
			if 2*d+1 < len(m) && m[2*d] >= 0 {
				b.WriteString(s[m[2*d]:m[2*d+1]])
			}
		case with[i] == 'x' && i+2 < len(with):
			if v, ok := unhex(with[i+1 : i+3]); ok {
				b.WriteString(v.Str)
				i += 2
				continue
			}
			b.WriteByte(with[i])
		default:
			b.WriteByte(with[i])
		}
	}
	return b.String()
}
