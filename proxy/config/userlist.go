package config

import (
	"slices"
	"strings"

	"simulacro/proxy/rules"
)

// openUserlist opens a userlist. Lines behind a heading that makes none belong to the list before, as in HAProxy.
func (p *parser) openUserlist(w words) {
	name := w.at(1)
	c := invalidChar(name)
	switch {
	case name == "":
		p.badTight("'%s' expects <name> as arguments.", w[0])
	case c != "":
		p.badTight("character '%s' is not permitted in '%s' name '%s'.", c, w[0], name)
	case p.users[name] != nil:
		p.warnTight("ignoring duplicated userlist '%s'.", name)
	default:
		p.listName, p.users[name] = name, &rules.UserList{Users: map[string]*rules.User{}}
	}
}

// userlistLine reads a line of a userlist: a group with its users, or a user.
func (p *parser) userlistLine(w words) {
	if w[0] != "group" && w[0] != "user" {
		p.badTight("unknown keyword '%s' in 'users' section", w[0])
		return
	}
	if w.at(1) == "" {
		p.badTight("'%s' expects <name> as arguments.", w[0])
		return
	}
	if w[0] == "group" {
		p.group(w)
	} else {
		p.user(w)
	}
}

func (p *parser) group(w words) {
	if c := invalidChar(w[1]); c != "" {
		p.badTight("character '%s' is not permitted in '%s' name '%s'.", c, w[0], w[1])
		return
	}
	name := userName{list: p.listName, group: w[1]}
	if slices.Contains(p.userNames, name) {
		p.warnTight("ignoring duplicated group '%s' in userlist '%s'.", w[1], p.listName)
		return
	}
	p.userNames = append(p.userNames, name)
	for i := 2; w.at(i) != ""; i += 2 {
		if w[i] != "users" {
			p.badTight("'%s' only supports 'users' option.", w[0])
			return
		}
		for _, user := range listed(w.at(i + 1)) {
			p.userNames = append(p.userNames, userName{list: p.listName, group: w[1], user: user, needsUser: true})
		}
	}
}

// listed gives the names of a list with commas, of which several in a row are one.
func listed(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ',' })
}

func (p *parser) user(w words) {
	list := p.users[p.listName]
	if list == nil { // there is none before the first right heading
		list = &rules.UserList{Users: map[string]*rules.User{}}
	}
	if list.Users[w[1]] != nil {
		p.warnTight("ignoring duplicated user '%s' in userlist '%s'.", w[1], p.listName)
		return
	}
	u := &rules.User{}
	for i := 2; w.at(i) != ""; i += 2 {
		switch w[i] {
		case "insecure-password":
			plain := w.at(i + 1)
			u.Check = func(password string) bool { return password == plain }
		case "password":
			check, refused := passwordCheck(w.at(i + 1))
			if refused != "" {
				p.unsupported("password " + refused)
				return
			}
			u.Check = check
		case "groups":
			for _, group := range listed(w.at(i + 1)) {
				p.userNames = append(p.userNames, userName{list: p.listName, group: group, user: w[1], needsGroup: true})
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

// linkUsers gives users their groups, and refuses a user or group of a userlist that none of its lines makes. As HAProxy it tells of one
// only, the first of the last line that has such a name. It tells whether there is none.
func (p *parser) linkUsers() (ok bool) {
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
		u := p.users[n.list].Users[n.user]
		if n.needsUser && u == nil && (user == nil || user.list != n.list || user.group != n.group) {
			user = n
		}
		if u != nil {
			u.Groups = append(u.Groups, n.group)
		}
	}
	switch {
	case group != nil:
		p.alert("userlist '%s': no such group '%s' specified in user '%s'", group.list, group.group, group.user)
	case user != nil:
		p.alert("userlist '%s': no such user '%s' specified in group '%s'", user.list, user.user, user.group)
	}
	return group == nil && user == nil
}
