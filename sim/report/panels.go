package report

import (
	"fmt"
	"math"
	"strings"
	"time"
)

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
	step := tickStep(p.s.length, (p.right-p.left)/58)
	for t := time.Duration(0); t <= p.s.length; t += step {
		p.line("axis", p.x(t), p.y, p.x(t), p.y+4)
		p.text("tick", "middle", p.x(t), p.y+17, seconds(t))
	}
	p.y += axisHeight
	p.text("tick", "middle", (p.left+p.right)/2, p.y-1, "time since the load started")
}
