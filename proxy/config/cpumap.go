package config

import (
	"strconv"
	"strings"
)

// maxCPU is the highest number of a processor that HAProxy's sets hold.
const maxCPU = 1023

// parseCPUMap looks at `cpu-map`: this director leaves the choice of processors to the kernel.
func parseCPUMap(p *parser, w words) {
	if w.at(1) == "" || w.at(2) == "" {
		p.bad("%s expects a process number  ('all', 'odd', 'even', a number from 1 to %d or a range),  followed by a list of "+
			"CPU ranges with numbers from 0 to %d.", w[0], maxThreads, maxThreads-1)
		return
	}
	text, auto := strings.CutPrefix(w[1], "auto:")
	group, thread, slash := strings.Cut(text, "/")
	parts := []string{group}
	if slash {
		parts = append(parts, thread)
	}
	var sizes []int
	for _, part := range parts {
		n, fault := threadSet(part, maxThreads)
		if fault != "" {
			p.bad("%s : %s", w[0], fault)
			return
		}
		sizes = append(sizes, n)
	}
	cpus := map[int]bool{}
	for _, word := range w.from(2) {
		if fault := addCPUs(cpus, word); fault != "" {
			p.bad("%s : %s", w[0], fault)
			return
		}
	}
	if auto && !sameSize(sizes, len(cpus)) {
		p.bad("%s : PROC/THREAD range and CPU sets must have the same size to be automatically bound", w[0])
	}
}

// sameSize tells whether one of group and threads is a single one, and the other has as many members as there are processors.
func sameSize(sizes []int, cpus int) bool {
	n := 1
	for _, s := range sizes {
		if n > 1 && s > 1 {
			return false
		}
		n = max(n, s)
	}
	return n == cpus
}

// threadSet counts the members of a set of groups, threads or processes; fault is why it cannot.
func threadSet(s string, most int) (n int, fault string) {
	switch s {
	case "all":
		return most, ""
	case "odd", "even":
		return most / 2, ""
	}
	low, high, ok := numberRange(s, most)
	switch {
	case !ok:
		return 0, "'" + s + "' is not a valid number/range."
	case low < 1 || low > most || high < 1 || high > most:
		return 0, "'" + s + "' is not a valid number/range. It supports numbers from 1 to " + strconv.Itoa(most) + ".\n"
	}
	return max(low, high) - min(low, high) + 1, ""
}

// numberRange reads n, n- or n-m.
func numberRange(s string, most int) (low, high int, ok bool) {
	first, second, dash := strings.Cut(s, "-")
	if strings.Trim(first+second, "0123456789") != "" {
		return 0, 0, false
	}
	low, high = atoi(first), atoi(first)
	if dash && first != "" {
		if high = atoi(second); second == "" {
			high = most
		}
	}
	return low, high, true
}

// addCPUs reads n, n- or n-m, and passes over what follows; fault is what is wrong with it.
func addCPUs(cpus map[int]bool, s string) (fault string) {
	if !isDigit(s[0]) {
		return "'" + s + "' is not a CPU range."
	}
	_, last, ranged := strings.Cut(s, "-")
	low, high := atoi(s), atoi(s)
	switch {
	case ranged && last == "":
		high = maxCPU
	case ranged:
		high = atoi(last)
	}
	if low, high = min(low, high), max(low, high); low < 0 || high > maxCPU { // below 0: a number of more than 31 bits
		return "supports CPU numbers from 0 to " + strconv.Itoa(maxCPU) + "."
	}
	for n := low; n <= high; n++ {
		cpus[n] = true
	}
	return ""
}
