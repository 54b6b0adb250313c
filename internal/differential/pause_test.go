package differential

import "syscall"

// paused is a process that is told to pause and to go on, as one is by the next that cannot bind its addresses.
var paused = Case{
	Name:   "signals-pause",
	Config: Head + "frontend web\n    bind {web}\n    http-request return status 200\nbackend b\n    server a {s1}\n",
	Play: func(s *Side) {
		s.Signal(syscall.SIGTTOU)
		s.LogsTo("Paused frontend web")
		s.UntilSaid("Paused frontend GLOBAL.")
		s.TryDial("web")
		s.CLI("show backend")
		s.Signal(syscall.SIGTTIN)
		s.LogsTo("Resumed frontend web")
		s.UntilSaid("Resumed frontend GLOBAL.")
		s.Get("web", "/")
		s.Said()
	},
}
