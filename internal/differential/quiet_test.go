package differential

// quietCases are about a line `quiet`, and -q: what is said of the start, and what of a server that goes down later.
func quietCases() (list []Case) {
	files := map[string]string{
		"mistake": "defaults\n    foo\nglobal\n    quiet\n    bar\n",
		"warning": "global\n    quiet\nlisten l\n    bind {web}\n    timeout client 1s\n    server a {s1}\n",
		"taken":   "listen l\n    bind {web}\n    bind 192.0.2.1:80\n    server a {s1}\nglobal\n    quiet\n",
	}
	for name, flags := range map[string][]string{"": {}, "-db": {"-db"}, "-V": {"-db", "-V"}, "-q": {"-db", "-q"}} {
		list = append(list,
			Case{Name: "quiet-mistake" + name, Config: files["mistake"], Args: flags, Fails: true},
			Case{Name: "quiet-check" + name, Config: files["warning"], Args: append([]string{"-c"}, flags...), Fails: true})
		if name == "-V" {
			continue // which tells of HAProxy's pollers
		}
		list = append(list, Case{Name: "quiet-taken" + name, Config: files["taken"], Args: flags, Fails: true}, Case{
			Name:   "quiet-serves" + name,
			Config: Head + "global\n    quiet\n    log stdout format raw local0\n" + "listen l\n    bind {web}\n    server a {s1} check inter 10s\n",
			Args:   flags,
			Before: func(s *Side) { s.Server("s1").Down() },
			Play: func(s *Side) {
				s.UntilLog("no server available")
				s.CLI("show startup-logs") // behind which the program has written what it had to say
				s.Said()
			},
		})
	}
	return list
}
