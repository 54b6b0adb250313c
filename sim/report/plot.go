package report

import (
	"fmt"
	"strings"
	"time"
)

// plot draws the panels of a series one below the other on a common time axis.
type plot struct {
	canvas
	s           *series
	width       float64
	left, right float64 // of the plotted area
	y           float64 // where the next panel starts
}

// The look of the panels, in pixels.
const (
	margin     = 16.0
	axisWidth  = 58.0 // left of the plotted area, for the labels of the y axis
	rateHeight = 190.0
	lagHeight  = 96.0
	rowHeight  = 18.0
	axisHeight = 34.0 // of the time axis with its labels
	nameHeight = 16.0 // of a fault's name, and of the strip below it
	bandHeight = 36.0 // of both with the gap to what follows
	fontSize   = 11.0
)

// newPlot draws everything below a title that ends at top.
func newPlot(s *series, width, top float64) *plot {
	p := &plot{s: s, width: width, left: margin + axisWidth, right: width - margin, y: top}
	if s.length <= 0 {
		p.text("label", "start", margin, top+20, "The history holds no run to plot.")
		p.y += 40
		return p
	}
	p.legend()
	bandTop := p.y
	var under canvas // the fault bands lie under all panels, and their height is known only at the end
	p.strips()
	panelTop := p.y
	panels := p.Builder.String()
	p.Builder.Reset()
	p.rate()
	p.latency()
	p.states()
	p.axis()
	under.shade(p, bandTop, p.y-axisHeight)
	rest := p.Builder.String()
	p.Builder.Reset()
	p.WriteString(panels + under.String() + rest)
	p.edges(panelTop, p.y-axisHeight)
	return p
}

// x is the place of a time.
func (p *plot) x(t time.Duration) float64 {
	return p.left + (p.right-p.left)*float64(t)/float64(p.s.length)
}

// class is the colour of a layer: servers and failures have palettes of their own.
func (p *plot) class(i int) string {
	if i < p.s.servers {
		return fmt.Sprintf("s%d", i%6)
	}
	return fmt.Sprintf("f%d", (i-p.s.servers)%4)
}

// legend names the layers with their part of the whole, in as many lines as it takes.
func (p *plot) legend() {
	x, y := margin, p.y+12
	for i, k := range p.s.keys {
		label := fmt.Sprintf("%s: %d (%s)", layerName(k), p.s.total[k], share(p.s.total[k], p.s.sent))
		w := 20 + width(label, 12) + 14
		if x+w > p.width-margin && x > margin {
			x, y = margin, y+19
		}
		p.rect(p.class(i), x, y-10, 12, 12)
		if i >= p.s.servers {
			p.rect("hatch", x, y-10, 12, 12)
		}
		p.text("legend", "start", x+18, y, label)
		x += w
	}
	p.y = y + 14
}

// layerName says what a client got in words where a code alone may not say it.
func layerName(k string) string {
	switch k {
	case "200", "304":
		return k + " without a server's name"
	case "refused", "reset":
		return "connection " + k
	case "timeout":
		return "client's timeout"
	}
	return k
}

func share(n, of int) string {
	if n > 0 && n*1000 < of {
		return "< 0.1 %"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}

// strips name each fault and the parts of its time.
func (p *plot) strips() {
	for _, b := range p.s.bands {
		from := p.x(min(max(b.injected, 0), p.s.length))
		name := b.name
		if b.kind != b.name {
			name += ": " + b.kind
		}
		name += " on " + strings.Join(b.targets, ", ")
		anchor, at := "start", from
		if from+1.12*width(name, 12) > p.right {
			anchor, at = "end", p.right
		}
		p.text("fault", anchor, at, p.y+11, name)
		p.y += nameHeight
		for _, seg := range b.segments(p.s.length) {
			x1, x2 := p.x(seg.from), p.x(seg.to)
			p.rect("strip "+seg.class, x1, p.y, x2-x1, nameHeight)
			for _, label := range []string{seg.label + " " + seconds(seg.to-seg.from), seg.label, seconds(seg.to - seg.from)} {
				if 1.12*width(label, fontSize)+8 <= x2-x1 { // it is bold
					p.text("strip-text", "middle", (x1+x2)/2, p.y+12, label)
					break
				}
			}
		}
		p.y += bandHeight - nameHeight
	}
	p.y += 4
}

// shade marks the faults' times behind the panels from top to bottom.
func (c *canvas) shade(p *plot, top, bottom float64) {
	for _, b := range p.s.bands {
		for _, seg := range b.segments(p.s.length) {
			c.rect("band "+seg.class, p.x(seg.from), top+2*nameHeight, p.x(seg.to)-p.x(seg.from), bottom-top-2*nameHeight)
		}
		top += bandHeight
	}
}

// edges are drawn over the panels, so that what changes can be held against when it did; not over the strips, whose words
// they would cross.
func (p *plot) edges(top, bottom float64) {
	for _, b := range p.s.bands {
		segments := b.segments(p.s.length)
		for i, seg := range segments {
			p.line("edge", p.x(seg.from), top, p.x(seg.from), bottom)
			if i == len(segments)-1 {
				p.line("edge", p.x(seg.to), top, p.x(seg.to), bottom)
			}
		}
	}
}
