// Package agent runs commands in a node for a runner outside it, over one connection that stays open. An engine takes a tenth
// of a second of a processor to start a process in a container; the agent takes a millisecond, once it is there.
//
// In the node, `simulacro agent` calls Serve on its standard input and output; the runner has a Client at the other ends:
//
//	c := agent.NewClient(fromAgent, toAgent)
//	code, err := c.Run(ctx, agent.Command{Argv: []string{"systemctl", "is-active", "httpd"}}, stdout, stderr)
//
// A command is started only by a runner that was heard a moment before (see Client.Ping), so that none is started late in a
// node that was frozen meanwhile. When the connection ends, so do the commands under way, and the agent with them.
package agent
