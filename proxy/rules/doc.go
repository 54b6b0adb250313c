// Package rules is what a section does to its traffic: sample expressions and their converters, ACLs and conditions,
// log formats, and the actions of http-request, http-response, http-after-response, tcp-request and tcp-response
// (HAProxy's configuration manual, sections 4.2, 7 and 8.2.4).
//
//	rule, err := rules.ParseRule(env, rules.Request, []string{"deny", "if", "{", "path_beg", "/admin", "}"})
//	…
//	tx := &rules.Tx{Session: s, World: w, Req: &message}
//	i, verdict := tx.Run(list, 0) // Yield: call again from i when more is known
//
// It decides and does nothing else: what it needs of the outside world it asks World for, and what it decides the engine
// carries out. Expressions are compiled when the configuration is read. A new fetch, converter or action is one entry of
// a table.
package rules
