package run

import (
	"errors"
	"fmt"

	"simulacro/sim/fault"
)

// Quiet is an error where a run is under way on a cluster (fault.ErrBusy) or one that was killed left faults in it, so that
// what is saved of the cluster now would have them for ever.
func Quiet(cluster string) error {
	led, err := existingLedger(cluster)
	if led == nil {
		return err
	}
	owed := len(led.Owed())
	if err := led.Close(); err != nil {
		return err
	}
	if owed > 0 {
		return fmt.Errorf("cluster %s has %d faults that an interrupted drill left. Type: simulacro heal --cluster %s", cluster, owed, cluster)
	}
	return nil
}

// Afresh does f, which replaces every node of a cluster: no run may be under way meanwhile, and the undos that a killed one
// owed to the nodes that were there are owed no more afterwards.
func Afresh(cluster string, f func() error) error {
	led, err := existingLedger(cluster)
	if err != nil {
		return err
	}
	if err := f(); err != nil || led == nil {
		return errors.Join(err, closeAll(led))
	}
	for _, e := range led.Owed() {
		if err := led.Done(e.Key()); err != nil {
			return errors.Join(err, led.Close())
		}
	}
	return led.Close()
}

// existingLedger is nil where no run left one.
func existingLedger(cluster string) (*fault.Ledger, error) {
	path, err := ledgerPath(cluster)
	if err != nil || !fault.Exists(path) {
		return nil, err
	}
	led, err := fault.OpenLedger(path)
	if err != nil {
		return nil, fmt.Errorf("cluster %s: %w", cluster, err)
	}
	return led, nil
}

func closeAll(led *fault.Ledger) error {
	if led == nil {
		return nil
	}
	return led.Close()
}
