package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// niceScale gives an axis from 0 to a round value at or above most, with its ticks.
func niceScale(most float64) (top float64, ticks []float64) {
	if most <= 0 {
		most = 1
	}
	step := math.Pow(10, math.Floor(math.Log10(most/4)))
	for _, f := range []float64{1, 2, 2.5, 5, 10} {
		if most/(f*step) <= 5 {
			step *= f
			break
		}
	}
	n := int(math.Ceil(most/step - 1e-9))
	for i := range n + 1 {
		ticks = append(ticks, float64(i)*step)
	}
	return float64(n) * step, ticks
}

// tickStep is a round time such that at most `most` ticks fit into length.
func tickStep(length time.Duration, most float64) time.Duration {
	for _, s := range []float64{.1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600} {
		if step := time.Duration(s * float64(time.Second)); float64(length)/float64(step) <= most {
			return step
		}
	}
	return length
}

// seconds prints a time in seconds with at most one digit after the point: "5.8 s".
func seconds(d time.Duration) string {
	return strings.TrimSuffix(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".0") + " s"
}

// unit prints a power of ten of a time: "10 ms".
func unit(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%d s", d/time.Second)
	case d >= time.Millisecond:
		return fmt.Sprintf("%d ms", d/time.Millisecond)
	case d >= time.Microsecond:
		return fmt.Sprintf("%d µs", d/time.Microsecond)
	}
	return fmt.Sprintf("%d ns", d)
}
