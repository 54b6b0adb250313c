package rules

func parseReturn(p *ruleParser) (doing, error) {
	r, err := p.reply(p.rest(), 200)
	if err != nil {
		return nil, err
	}
	return func(tx *Tx) Verdict { tx.Answer = r.Make(tx); return Respond }, nil
}

func parseDeny(v Verdict, status int) func(*ruleParser) (doing, error) {
	return func(p *ruleParser) (doing, error) {
		code := status
		if p.list == Response {
			code = 502
		}
		r, err := p.reply(denied(p.rest()), code)
		if err != nil {
			return nil, err
		}
		return func(tx *Tx) Verdict { tx.Answer = r.Make(tx); return v }, nil
	}
}

// reply reads a rule's answer. The http-errors section that it names must have one.
func (p *ruleParser) reply(words []string, status int) (*Reply, error) {
	r, rest, err := ParseReply(p.env, words, status)
	p.words = append(rest, p.words...)
	if err == nil && r.ref != "" {
		p.env.answered(r.status, r.ref)
	}
	return r, err
}

// denied spells out the short forms of a denial's answer. Without a word, or with deny_status alone, it is the section's own; where
// more is said of it, it has no body but the one that is given.
func denied(words []string) []string {
	switch {
	case len(words) == 0:
		return []string{"default-errorfiles"}
	case words[0] != "deny_status":
		return words
	}
	words = append([]string{"status"}, words[1:]...)
	if len(words) == 2 {
		words = append(words, "default-errorfiles")
	}
	return words
}

// parseAuth asks for a name and a password (RFC 7617).
func parseAuth(p *ruleParser) (doing, error) {
	realm := ""
	if !p.done() && p.words[0] == "realm" {
		p.take()
		var ok bool
		if realm, ok = p.take(); !ok {
			return nil, sayf("missing realm value.\n")
		}
	}
	return func(tx *Tx) Verdict {
		name := realm
		if name == "" {
			name = tx.Backend // the section whose rule it is: before a backend is chosen the frontend
		}
		status, field := 401, "www-authenticate"
		if tx.Proxied {
			status, field = 407, "proxy-authenticate"
		}
		tx.Answer = &Answer{Status: status, Default: true, Fields: []Field{{field, `Basic realm="` + name + `"`}}}
		return Respond
	}, nil
}
