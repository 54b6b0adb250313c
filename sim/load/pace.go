package load

import "time"

// pace holds when requests were sent against when they were to be: the sums of a regression line through those pairs. A single late
// send, be it the last, says little of the rate; sends that fall behind more and more tilt the line.
type pace struct {
	n, planned, actual, squares, products float64 // times in seconds
}

// note adds a request that was to be sent at planned and was sent at actual, both after the load's start.
func (p *pace) note(planned, actual time.Duration) {
	x, y := planned.Seconds(), actual.Seconds()
	p.n++
	p.planned += x
	p.actual += y
	p.squares += x * x
	p.products += x * y
}

// stretch is how many times as long as planned the sends took: 1 where the rate was kept, 1.02 where it was 2 % too low.
func (p *pace) stretch() float64 {
	spread := p.n*p.squares - p.planned*p.planned
	if spread <= 0 { // one request, or all of them at once
		return 1
	}
	return (p.n*p.products - p.planned*p.actual) / spread
}
