package report

import (
	"fmt"
	"math"
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
	p.edges(bandTop, p.y-axisHeight)
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

// edges are drawn over the panels, so that what changes can be held against when it did.
func (p *plot) edges(top, bottom float64) {
	for _, b := range p.s.bands {
		segments := b.segments(p.s.length)
		for i, seg := range segments {
			p.line("edge", p.x(seg.from), top+2*nameHeight, p.x(seg.from), bottom)
			if i == len(segments)-1 {
				p.line("edge", p.x(seg.to), top+2*nameHeight, p.x(seg.to), bottom)
			}
		}
		top += bandHeight
	}
}

// rate stacks the requests a second by server, and what was not served on top.
func (p *plot) rate() {
	p.text("panel", "start", margin, p.y+11, "Requests per second, by who answered")
	p.y += 20
	most := 0
	for _, b := range p.s.buckets[:len(p.s.buckets)-p.partial()] {
		most = max(most, b.sum())
	}
	perSecond := float64(time.Second) / float64(p.s.step)
	top, ticks := niceScale(1.04 * float64(most) * perSecond) // some room, so that the shading shows above a full stack
	y := func(v float64) float64 { return p.y + rateHeight*(1-v/top) }
	for _, t := range ticks {
		p.line("grid", p.left, y(t), p.right, y(t))
		p.text("tick", "end", p.left-8, y(t)+4, num(t))
	}
	base := make([]float64, len(p.s.buckets))
	for i, k := range p.s.keys {
		d := p.layer(base, k, perSecond, top, y)
		p.path(p.class(i), d)
		if i >= p.s.servers {
			p.path("hatch", d)
		}
	}
	p.line("axis", p.left, y(0), p.right, y(0))
	p.y += rateHeight + 22
}

// partial is 1 where the last bucket is shorter than the others: its rate would be too small.
func (p *plot) partial() int {
	if len(p.s.buckets) > 1 && p.s.length < time.Duration(len(p.s.buckets))*p.s.step-p.s.step/50 {
		return 1
	}
	return 0
}

// layer draws one layer in steps over base, and raises base by it.
func (p *plot) layer(base []float64, key string, perSecond, top float64, y func(float64) float64) string {
	n := len(p.s.buckets) - p.partial()
	var upper, lower strings.Builder
	var ends []string
	for i := range n {
		x1 := p.x(time.Duration(i) * p.s.step)
		x2 := p.x(min(time.Duration(i+1)*p.s.step, p.s.length))
		low := base[i]
		base[i] = low + float64(p.s.buckets[i].count[key])*perSecond
		fmt.Fprintf(&upper, "%s%s,%sH%s", map[bool]string{true: "M", false: "L"}[i == 0], num(x1), num(y(base[i])), num(x2))
		ends = append(ends, fmt.Sprintf("L%s,%sH%s", num(x2), num(y(low)), num(x1)))
	}
	for i := n - 1; i >= 0; i-- {
		lower.WriteString(ends[i])
	}
	return upper.String() + lower.String() + "Z"
}

// latency draws the median and the 99th percentile over a logarithmic axis: what hurts is orders of magnitude.
func (p *plot) latency() {
	least, most := time.Duration(math.MaxInt64), time.Duration(0)
	for _, b := range p.s.buckets {
		if b.p50 > 0 {
			least, most = min(least, b.p50), max(most, b.p99)
		}
	}
	if most == 0 {
		return
	}
	p.text("panel", "start", margin, p.y+11, "Latency, logarithmic")
	x := p.right
	for _, l := range []struct{ class, label string }{{"p99", "p99"}, {"p50", "median"}} {
		w := width(l.label, 12) + 8
		p.text("legend", "end", x, p.y+11, l.label)
		p.line(l.class, x-w-24, p.y+7, x-w, p.y+7)
		x -= w + 44
	}
	p.y += 20
	low, high := math.Log10(float64(least))-0.15, math.Log10(float64(most))+0.15
	if high < low+2 { // at least two decades, so that there are ticks and noise does not look like news
		low, high = math.Floor(low), math.Floor(low)+2
	}
	y := func(d time.Duration) float64 {
		return p.y + lagHeight*(high-math.Log10(float64(d)))/(high-low)
	}
	for e := math.Ceil(low); e <= high; e++ {
		d := time.Duration(math.Round(math.Pow(10, e)))
		p.line("grid", p.left, y(d), p.right, y(d))
		p.text("tick", "end", p.left-8, y(d)+4, unit(d))
	}
	p.path("p99", p.steps(y, func(b bucket) time.Duration { return b.p99 }))
	p.path("p50", p.steps(y, func(b bucket) time.Duration { return b.p50 }))
	p.y += lagHeight + 22
}

// steps is a line through the buckets that breaks where nothing was answered.
func (p *plot) steps(y func(time.Duration) float64, value func(bucket) time.Duration) string {
	var d strings.Builder
	pen := "M"
	for i, b := range p.s.buckets {
		v := value(b)
		if v <= 0 {
			pen = "M"
			continue
		}
		from := time.Duration(i) * p.s.step
		fmt.Fprintf(&d, "%s%s,%sH%s", pen, num(p.x(from)), num(y(v)), num(p.x(min(from+p.s.step, p.s.length))))
		pen = "L"
	}
	return d.String()
}

// states draws a bar for each server in the colour of its state; a state other than UP is written in it too.
func (p *plot) states() {
	if len(p.s.tracks) == 0 {
		return
	}
	p.text("panel", "start", margin, p.y+11, "State of the servers, by the director")
	p.y += 18
	for _, t := range p.s.tracks {
		p.text("tick", "end", p.left-8, p.y+12, shorten(t.server, fontSize, axisWidth+margin-10))
		for _, sp := range t.spans {
			x1, x2 := p.x(sp.from), p.x(sp.to)
			if x2 <= x1 {
				continue
			}
			p.rect("state "+stateClass(sp.state), x1, p.y+2, x2-x1, rowHeight-5)
			if label := sp.state; width(label, 10)+6 <= x2-x1 {
				p.text("state-text", "middle", (x1+x2)/2, p.y+12, label)
			}
		}
		p.y += rowHeight
	}
	p.y += 6
}

// shorten cuts a text so that it fits.
func shorten(text string, size, space float64) string {
	letters := []rune(text)
	for len(letters) > 1 && width(string(letters), size) > space {
		letters = append(letters[:len(letters)-2], '…')
	}
	return string(letters)
}

func stateClass(state string) string {
	word, rest, _ := strings.Cut(state, " ")
	switch {
	case word == "UP" && rest == "", state == "no check":
		return "up"
	case word == "UP":
		return "failing"
	case word == "DOWN":
		return "down"
	}
	return "other"
}

// axis is the time axis that all panels share.
func (p *plot) axis() {
	p.line("axis", p.left, p.y, p.right, p.y)
	step := tickStep(p.s.length, (p.right-p.left)/70)
	for t := time.Duration(0); t <= p.s.length; t += step {
		p.line("axis", p.x(t), p.y, p.x(t), p.y+4)
		p.text("tick", "middle", p.x(t), p.y+17, seconds(t))
	}
	p.y += axisHeight
	p.text("tick", "middle", (p.left+p.right)/2, p.y-1, "time since the load started")
}
