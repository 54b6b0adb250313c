// Package fault breaks a cluster on purpose and mends it again, one file a fault. Each fault is injected, its effect is
// waited for and proved from inside the network, it is recovered, and the recovery is proved the same way. What undoes
// it is in the ledger, on disk, before anything is broken, so that Heal can mend a cluster whose runner was killed.
//
//	led, err := fault.OpenLedger(path)
//	inj, err := fault.New(env, "node-kill", "kill", node, nil, led, emit)
//	err = inj.Plan(ctx)         // writes the undo
//	err = inj.Inject(ctx)
//	err = inj.AwaitEffect(ctx)  // ErrNotSeen: nothing was proved
//	err = inj.Recover(ctx)
//	err = inj.AwaitRecovery(ctx)
//
// A new fault is a file with a Kind in it, and a line in Kinds.
package fault
