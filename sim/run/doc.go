// Package run plays a scenario on a cluster, from its file to its verdict. It is the only package that knows its
// siblings: the scenario's loader, the containers, the faults, the load, the observation, the judge and the reports.
//
//	s, err := run.Load("kill-server.yaml", text)
//	res, err := run.Play(ctx, cluster, s, run.Options{Seed: 42})
//	fmt.Println(res.Verdict.Outcome)
//
// What can be told without a cluster is here too: Lint finds the mistakes of a file, NewPreview plans its run with the
// budgets that follow from haproxy.cfg, WriteSchema and WriteReference say what a file can hold.
package run
