package config

import (
	"fmt"
	"strings"

	"simulacro/proxy/rules"
)

// setErrorFile makes a file the answer of a status; it replaces what an earlier line has said.
func (s *section) setErrorFile(status int, text []byte) {
	if s.ErrorFiles == nil {
		s.ErrorFiles = map[int][]byte{}
	}
	s.ErrorFiles[status] = text
	delete(s.Rules.HTTPErrors, status)
}

// parseHTTPError reads http-error status <status> [<argument> ...].
func parseHTTPError(p *parser, w words) {
	r, rest, err := rules.ParseReply(p.ruleEnv(), w.from(1), 0)
	if err == nil && len(rest) > 0 {
		p.bad("%s : unknown argument '%s'.", w[0], rest[0])
		return
	}
	if err != nil {
		p.bad("%s : %s.", w[0], err)
		return
	}
	status := r.Status()
	if status == 0 {
		p.bad("%s : expects at least <status> as arguments.", w[0])
		return
	}
	if !knownStatus(status) {
		p.bad("%s : status code '%d' not handled.", w[0], status)
		return
	}
	delete(p.px.ErrorFiles, status)
	delete(p.px.Rules.HTTPErrors, status)
	if r.IsDefault() {
		return
	}
	if p.px.Rules.HTTPErrors == nil {
		p.px.Rules.HTTPErrors = map[int]*rules.Reply{}
	}
	p.px.Rules.HTTPErrors[status] = r
}

func knownStatus(status int) bool {
	for _, s := range errorStatuses {
		if s == status {
			return true
		}
	}
	return false
}

// parseErrorFiles takes the files of an http-errors section, all or those of the listed statuses.
func parseErrorFiles(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("%s : expects <name> as argument.", w[0])
		return
	}
	files, ok := p.httpErrors[w[1]]
	if !ok {
		p.bad("%s : unable to find the http-errors section '%s'.", w[0], w[1])
		return
	}
	if w.at(2) == "" {
		for status, text := range files {
			p.px.setErrorFile(status, text)
		}
		return
	}
	for _, word := range w.from(2) {
		status := atoi(word)
		if text, ok := files[status]; ok {
			p.px.setErrorFile(status, text)
		} else if !knownStatus(status) {
			p.bad("%s : status code '%d' not handled.", w[0], status)
		}
	}
}

// parseErrorLoc makes a redirection the answer of a status.
func parseErrorLoc(p *parser, w words) {
	if w.at(1) == "" || w.at(2) == "" {
		p.bad("%s : expects <status_code> and <url> as arguments.", w[0])
		return
	}
	status := atoi(w[1])
	if !knownStatus(status) {
		p.bad("%s : status code '%d' not handled.", w[0], status)
		return
	}
	line := "302 Found"
	if strings.HasSuffix(w[0], "303") {
		line = "303 See Other"
	}
	p.px.setErrorFile(status, []byte(fmt.Sprintf(
		"HTTP/1.1 %s\r\nCache-Control: no-cache\r\nContent-length: 0\r\nLocation: %s\r\n\r\n", line, w[2])))
}

// openOther opens a section that makes no proxy: userlist or http-errors.
func (p *parser) openOther(w words) {
	p.otherName = w.at(1)
	if p.otherName == "" && w[0] == "http-errors" {
		p.stop("parsing [%s:%d] : missing name for http-errors section.", p.pos.File, p.pos.Line)
		return
	}
	if p.otherName == "" {
		p.badTight("'%s' expects <name> as arguments.", w[0])
		p.skip = true
		return
	}
	if c := invalidChar(p.otherName); c != "" {
		if w[0] == "http-errors" {
			p.bad("character '%s' is not permitted in '%s' name '%s'.", c, w[0], p.otherName)
		} else {
			p.badTight("character '%s' is not permitted in '%s' name '%s'.", c, w[0], p.otherName)
		}
		p.skip = true
		return
	}
	if w[0] == "userlist" {
		if p.users[p.otherName] != nil {
			p.warn("parsing [%s:%d]: ignoring duplicate userlist '%s'.", p.pos.File, p.pos.Line, p.otherName)
			p.skip = true
			return
		}
		p.users[p.otherName] = &rules.UserList{Users: map[string]*rules.User{}}
		p.groups = map[string][]string{}
		return
	}
	if p.httpErrors[p.otherName] == nil {
		p.httpErrors[p.otherName] = map[int][]byte{}
	}
}

// httpErrorsLine reads a line of an http-errors section.
func (p *parser) httpErrorsLine(w words) {
	if w[0] != "errorfile" {
		p.bad("unknown keyword '%s' in '%s' section", w[0], p.open)
		return
	}
	if w.at(1) == "" || w.at(2) == "" {
		p.bad("%s : expects <status_code> and <file> as arguments.", w[0])
		return
	}
	status := atoi(w[1])
	if !knownStatus(status) {
		p.bad("%s : status code '%d' not handled.", w[0], status)
		return
	}
	text, err := p.readFile(w[2])
	if err != nil {
		p.bad("%s : error opening file '%s'.", w[0], w[2])
		return
	}
	p.httpErrors[p.otherName][status] = text
}

// userlistLine reads a line of a userlist: a group with its users, or a user.
func (p *parser) userlistLine(w words) {
	list := p.users[p.otherName]
	switch w[0] {
	case "group":
		if w.at(1) == "" {
			p.badTight("'%s' expects <name> as arguments.", w[0])
			return
		}
		if c := invalidChar(w[1]); c != "" {
			p.badTight("character '%s' is not permitted in '%s' name '%s'.", c, w[0], w[1])
			return
		}
		p.userNames = append(p.userNames, userName{list: p.otherName, group: w[1]})
		for i := 2; w.at(i) != ""; i += 2 {
			if w[i] != "users" {
				p.badTight("'%s' only supports 'users' option.", w[0])
				return
			}
			for _, name := range strings.Split(w.at(i+1), ",") {
				p.groups[name] = append(p.groups[name], w[1])
				p.userNames = append(p.userNames, userName{list: p.otherName, group: w[1], user: name, needsUser: true})
				if u := list.Users[name]; u != nil {
					u.Groups = append(u.Groups, w[1])
				}
			}
		}
	case "user":
		p.user(list, w)
	default:
		p.badTight("unknown keyword '%s' in 'users' section", w[0])
	}
}

func (p *parser) user(list *rules.UserList, w words) {
	if w.at(1) == "" {
		p.badTight("'%s' expects <name> as arguments.", w[0])
		return
	}
	u := &rules.User{Groups: p.groups[w[1]]}
	u.Check = func(password string) bool { return password == u.Password }
	for i := 2; w.at(i) != ""; i += 2 {
		switch w[i] {
		case "insecure-password":
			u.Password = w.at(i + 1)
		case "password":
			p.unsupported("password")
			return
		case "groups":
			for _, group := range strings.Split(w.at(i+1), ",") {
				u.Groups = append(u.Groups, group)
				p.userNames = append(p.userNames, userName{list: p.otherName, group: group, user: w[1], needsGroup: true})
			}
		default:
			p.badTight("'%s' only supports 'password', 'insecure-password' and 'groups' options.", w[0])
			return
		}
	}
	list.Users[w[1]] = u
}

// userName is a group's line, or a name of one that a line of the other kind has.
type userName struct {
	list, group, user     string
	needsUser, needsGroup bool
}

// checkUserNames refuses a user or group of a userlist that none of its lines makes. As HAProxy it tells of one only, the first
// of the last line that has such a name.
func (p *parser) checkUserNames() {
	groups := map[[2]string]bool{}
	for _, n := range p.userNames {
		if !n.needsUser && !n.needsGroup {
			groups[[2]string{n.list, n.group}] = true
		}
	}
	var group, user *userName
	for i := range p.userNames {
		n := &p.userNames[i]
		if n.needsGroup && !groups[[2]string{n.list, n.group}] && (group == nil || group.list != n.list || group.user != n.user) {
			group = n
		}
		if n.needsUser && p.users[n.list].Users[n.user] == nil && (user == nil || user.list != n.list || user.group != n.group) {
			user = n
		}
	}
	switch {
	case group != nil:
		p.alert("userlist '%s': no such group '%s' specified in user '%s'", group.list, group.group, group.user)
	case user != nil:
		p.alert("userlist '%s': no such user '%s' specified in group '%s'", user.list, user.user, user.group)
	}
}
