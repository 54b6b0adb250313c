package report

import (
	"fmt"
	"html"
	"strconv"
	"strings"

	"simulacro/sim"
)

// canvas gathers the elements of an SVG drawing.
type canvas struct{ strings.Builder }

// num prints a coordinate with at most one digit after the point: a tenth of a pixel is fine enough, and the file small.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 1, 64)
	return strings.TrimSuffix(strings.Replace(s, "-0.0", "0.0", 1), ".0")
}

func (c *canvas) rect(class string, x, y, w, h float64) {
	fmt.Fprintf(c, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`+"\n", class, num(x), num(y), num(w), num(h))
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(c, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`+"\n", class, num(x1), num(y1), num(x2), num(y2))
}

func (c *canvas) path(class, d string) {
	fmt.Fprintf(c, `<path class="%s" d="%s"/>`+"\n", class, d)
}

// text writes at the baseline y; anchor is start, middle or end.
func (c *canvas) text(class, anchor string, x, y float64, text string) {
	fmt.Fprintf(c, `<text class="%s" text-anchor="%s" x="%s" y="%s">%s</text>`+"\n", class, anchor, num(x), num(y), html.EscapeString(sim.Plain(text)))
}

// width guesses how wide a text is at a font size: there are no font metrics here, and a little too much is harmless.
func width(text string, size float64) float64 {
	w := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune("iIlj.,:;'|() ", r):
			w += 0.33
		case r >= 'A' && r <= 'Z', r == 'm', r == 'w', r == '%':
			w += 0.72
		default:
			w += 0.56
		}
	}
	return w * size
}
