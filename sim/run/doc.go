// Package run plays a scenario on a cluster, from its file to its verdict. It is the only package that knows its
// siblings: the scenario's loader, the containers, the faults, the load, the observation, the judge and the reports.
//
//	s, err := run.Load("kill-server.yaml", text)
//	res, err := run.Play(ctx, cluster, s, run.Options{Dir: "out/kill-server"})
//	fmt.Println(res.Verdict.Outcome)
package run
