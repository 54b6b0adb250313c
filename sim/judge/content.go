package judge

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"simulacro/sim"
)

// page holds the bodies of answers against what must be in them.
func (r *record) page(p *sim.PageMatch, requests []request) finding {
	bound := r.matchBound(p.TextMatch)
	status := p.Status
	if len(status) == 0 {
		status = []string{"2xx"}
	}
	answers, untold, broken := 0, 0, map[string]int{}
	judged := map[string][]string{} // what is wrong, by body
	for _, q := range requests {
		if p.Path != "" && q.Path != p.Path || len(p.Servers) > 0 && !slices.Contains(p.Servers, q.Server) || !slices.ContainsFunc(status, q.is) {
			continue
		}
		answers++
		text, told := r.bodyOf(q)
		if !told {
			untold++
			continue
		}
		wrong, known := judged[q.Body]
		if !known {
			wrong = r.mismatches(p.TextMatch, []string{text}, "the page")
			judged[q.Body] = wrong
		}
		for _, w := range wrong {
			broken[w+" of "+origin(q)]++
		}
	}
	measured := fmt.Sprintf("%s with %s", plural(answers, "answer"), plural(len(judged), "body"))
	measured = strings.Replace(measured, "bodys", "bodies", 1)
	switch {
	case len(broken) > 0:
		return held(false, measured, bound, mostOften(broken))
	case answers == 0:
		return cannotTell(bound, "no answer was %s%s", strings.Join(status, " or "), about(p.Path, p.Servers))
	case untold > 0:
		return cannotTell(bound, "the history does not hold the bodies of %d of %d answers: too many differ", untold, answers)
	}
	return held(true, measured, bound, "every answer is as it must be")
}

// bodyOf is the text of an answer's body; told is false where the history does not hold it to its end.
func (r *record) bodyOf(q request) (text string, told bool) {
	if q.Body == "" {
		return "", true
	}
	p := r.pages[q.Body]
	if p == nil {
		return "", false
	}
	return p.Text, !p.Cut
}

func origin(q request) string {
	who := q.Server
	if who == "" {
		who = "the director"
	}
	return q.Path + " from " + who
}

func about(path string, servers []string) string {
	text := ""
	if path != "" {
		text = " for " + path
	}
	if len(servers) > 0 {
		text += " from " + strings.Join(servers, ", ")
	}
	return text
}

// mostOften is what came most often, with its number, and how many other things there are.
func mostOften(of map[string]int) string {
	words := sortedNodes(of)
	slices.SortStableFunc(words, func(a, b string) int { return of[b] - of[a] })
	text := fmt.Sprintf("%s (%d times)", words[0], of[words[0]])
	if len(words) > 1 {
		text += fmt.Sprintf(", and %d more", len(words)-1)
	}
	return text
}

// content holds the bodies of each path against one another: all servers must give the same.
func (r *record) content(c *sim.SameContent, requests []request) finding {
	bound := "the same body from every server"
	if len(c.Ignore) > 0 {
		bound += ", without " + strings.Join(c.Ignore, ", ")
	}
	ignore, err := compileAll(c.Ignore, r.plan)
	if err != nil {
		return cannotTell(bound, "%v", err)
	}
	bodies := map[string]map[string]tally{} // path, body, server
	seen, untold, answers := map[string]bool{}, 0, 0
	for _, q := range requests {
		if c.Path != "" && q.Path != c.Path || q.Server == "" || !q.is("2xx") || len(c.Servers) > 0 && !slices.Contains(c.Servers, q.Server) {
			continue
		}
		answers++
		seen[q.Server] = true
		body, told := r.comparable(q, ignore)
		if !told {
			untold++
			continue
		}
		if bodies[q.Path] == nil {
			bodies[q.Path] = map[string]tally{}
		}
		if bodies[q.Path][body] == nil {
			bodies[q.Path][body] = tally{}
		}
		bodies[q.Path][body][q.Server]++
	}
	return r.sameBodies(c, bound, bodies, seen, answers, untold)
}

func (r *record) sameBodies(c *sim.SameContent, bound string, bodies map[string]map[string]tally, seen map[string]bool, answers, untold int) finding {
	var measured, broken []string
	for _, path := range sortedKeys(bodies) {
		measured = append(measured, fmt.Sprintf("%s %d different", path, len(bodies[path])))
		if len(bodies[path]) > 1 {
			broken = append(broken, path+": "+versions(bodies[path]))
		}
	}
	for _, p := range r.parts(&sim.Distribution{Even: true, Servers: c.Servers}) {
		if !seen[p.node] && len(broken) == 0 {
			return cannotTell(bound, "%s gave no page%s", p.node, about(c.Path, nil))
		}
	}
	switch {
	case len(broken) > 0:
		return held(false, strings.Join(measured, ", "), bound, strings.Join(broken, "; "))
	case untold > 0:
		return cannotTell(bound, "the history does not hold the bodies of %d of %d answers: too many differ", untold, answers)
	}
	return held(true, strings.Join(measured, ", "), bound, fmt.Sprintf("%s from %s are alike", plural(answers, "answer"), plural(len(seen), "server")))
}

// comparable is what of an answer's body must be the same everywhere; without exceptions the hash tells enough.
func (r *record) comparable(q request, ignore []*regexp.Regexp) (body string, told bool) {
	if len(ignore) == 0 {
		return q.Body, true
	}
	if body, told = r.bodyOf(q); !told {
		return "", false
	}
	for _, re := range ignore {
		body = re.ReplaceAllString(body, "")
	}
	return body, true
}

func compileAll(list []string, plan sim.Plan) (all []*regexp.Regexp, err error) {
	for _, s := range list {
		re, err := regexp.Compile(plan.Rewrite(s))
		if err != nil {
			return nil, err
		}
		all = append(all, re)
	}
	return all, nil
}

// versions says which servers gave which of the bodies, those given most often first.
func versions(bodies map[string]tally) string {
	var list []string
	for _, b := range sortedKeys(bodies) {
		list = append(list, bodies[b].String())
	}
	slices.SortStableFunc(list, strings.Compare)
	return strings.Join(list, " against ")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
