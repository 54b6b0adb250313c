package stats

import (
	"fmt"
	"strings"
)

// PatternSet is what an ACL compares with: the patterns of one line or of one file (management manual, section 9.3,
// "show acl"). Versions below 0 are that in use.
type PatternSet interface {
	Name() string     // the file's; "": they stand in the configuration
	Describe() string // who uses it
	Versions() (cur, next, entries int)
	Texts(version int) []string
	Add(version int, text string) error
	Del(text string) bool
	Clear(version int)
	Prepare() int
	Commit(version int) bool
	// Find gives the lines of `get acl`: one for each way to match.
	Find(text string) []string
}

// PatternAdmin is what a ServerAdmin may offer beside: the patterns of ACLs. Their order is that of their numbers.
type PatternAdmin interface{ PatternSets() []PatternSet }

var aclCommands = []command{
	{words: []string{"show", "acl"}, args: "[@<ver>] <acl>]", help: "report available acls or dump an acl's contents", run: showACL},
	{words: []string{"add", "acl"}, args: "[@<ver>] <acl> <pattern>", help: "add an acl entry", run: addACL},
	{words: []string{"del", "acl"}, args: "<acl> [<key>|#<ref>]", help: "delete acl entries matching <key>", run: delACL},
	{words: []string{"get", "acl"}, args: "<acl> <value>", help: "report the patterns matching a sample for an ACL", run: getACL},
	{words: []string{"clear", "acl"}, args: "[@<ver>] <acl>", help: "clear the contents of this acl", run: clearACL},
	{words: []string{"prepare", "acl"}, args: "<acl>", help: "prepare a new version for atomic ACL replacement", run: prepareACL},
	{words: []string{"commit", "acl"}, args: "@<ver> <acl>", help: "commit the ACL at this version", run: commitACL},
}

var unknownACL = fail("Unknown ACL identifier. Please use #<id> or <file>.\n")

// version takes "@<n>" off the arguments; below 0: none was given.
func version(args []string) (int, []string) {
	if text, ok := strings.CutPrefix(first(args), "@"); ok {
		return atoi(text), args[1:]
	}
	return -1, args
}

func (s *session) patternSets() []PatternSet {
	if admin, ok := s.cli.admin.(PatternAdmin); ok {
		return admin.PatternSets()
	}
	return nil
}

// patternSet finds a set by #<number> or by its file; nil: there is none.
func (s *session) patternSet(name string) PatternSet {
	number, byNumber := strings.CutPrefix(name, "#")
	for i, set := range s.patternSets() {
		if byNumber && fmt.Sprint(i) == number || !byNumber && name != "" && set.Name() == name {
			return set
		}
	}
	return nil
}

func showACL(s *session, args []string) reply {
	v, args := version(args)
	if len(args) == 0 && v < 0 {
		out := []byte("# id (file) description\n")
		for i, set := range s.patternSets() {
			cur, next, n := set.Versions()
			out = fmt.Appendf(out, "%d (%s) %s. curr_ver=%d next_ver=%d entry_cnt=%d\n", i, set.Name(), set.Describe(), cur, next, n)
		}
		return dump(out)
	}
	set := s.patternSet(first(args))
	if set == nil {
		return unknownACL
	}
	var out []byte
	for i, text := range set.Texts(v) {
		out = fmt.Appendf(out, "%#x %s\n", i+1, text)
	}
	return dump(out)
}

func addACL(s *session, args []string) reply {
	v, args := version(args)
	if len(args) < 2 {
		return fail("'add acl' expects two parameters: ACL identifier and pattern.\n")
	}
	set := s.patternSet(args[0])
	if set == nil {
		return unknownACL
	}
	if err := set.Add(v, args[1]); err != nil {
		return fail(err.Error() + ".\n")
	}
	return done()
}

// delACL takes a pattern out by its text, or by the reference that show acl gives.
func delACL(s *session, args []string) reply {
	if len(args) < 2 {
		return fail("This command expects two parameters: ACL identifier and key.\n")
	}
	set := s.patternSet(args[0])
	if set == nil {
		return unknownMap // as HAProxy words it here, too
	}
	key := args[1]
	if ref, ok := strings.CutPrefix(key, "#"); ok {
		for i, text := range set.Texts(-1) {
			if fmt.Sprintf("%#x", i+1) == ref {
				key = text
			}
		}
	}
	if !set.Del(key) {
		return fail("Key not found.\n")
	}
	return done()
}

func getACL(s *session, args []string) reply {
	if len(args) < 2 {
		return fail("Missing ACL identifier and/or key.\n")
	}
	set := s.patternSet(args[0])
	if set == nil {
		return unknownACL
	}
	return dump([]byte(strings.Join(set.Find(args[1]), "")))
}

func clearACL(s *session, args []string) reply {
	v, args := version(args)
	if len(args) == 0 {
		return fail("Missing ACL identifier.\n")
	}
	set := s.patternSet(args[0])
	if set == nil {
		return unknownACL
	}
	set.Clear(v)
	return done()
}

func prepareACL(s *session, args []string) reply {
	set := s.patternSet(first(args))
	if set == nil {
		return unknownACL
	}
	return say(fmt.Sprintf("New version created: %d\n", set.Prepare()))
}

func commitACL(s *session, args []string) reply {
	v, args := version(args)
	if v < 0 {
		return fail("Missing version number.\n")
	}
	set := s.patternSet(first(args))
	if set == nil {
		return unknownACL
	}
	if !set.Commit(v) {
		return fail("Version number out of range.\n")
	}
	return done()
}
