// Package config reads haproxy.cfg strictly: what it does not know it refuses in HAProxy's own words, with file and line.
//
//	cfg, report := config.Parse([]string{"/etc/haproxy/haproxy.cfg"}, config.Options{})
//	for _, m := range report.Messages {
//		fmt.Fprintf(os.Stderr, "[%s] %s\n", m.Severity, m.Text)
//	}
//	if report.Fatal {
//		os.Exit(1)
//	}
//
// Each family of directives has a file and a table: a keyword is one entry of a table, and Keywords lists them for the
// reference. Words that HAProxy 2.6 knows and this director does not are in known.go and are refused by name. The
// specification is HAProxy's configuration manual (2.6); the tests compare with the program itself where it is installed.
package config
