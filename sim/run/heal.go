package run

import (
	"context"
	"fmt"
	"path/filepath"

	"simulacro/sim"
	"simulacro/sim/fault"
)

// Heal does the undos that a killed run still owes to a cluster, and says what it did.
func Heal(ctx context.Context, c Cluster) (did []string, err error) {
	path, err := ledgerPath(c.Spec().Name)
	if err != nil {
		return nil, err
	}
	if !fault.Exists(path) {
		return nil, nil
	}
	led, err := fault.OpenLedger(path)
	if err != nil {
		return nil, err
	}
	err = fault.Heal(ctx, faultEnv(c), led, func(what string) { did = append(did, what) })
	if closeErr := led.Close(); err == nil {
		err = closeErr
	}
	return did, err
}

func ledgerPath(cluster string) (string, error) {
	dir, err := sim.StateDir(cluster)
	if err != nil {
		return "", fmt.Errorf("undo ledger: %w", err)
	}
	return filepath.Join(dir, fault.LedgerFile), nil
}

func openLedger(cluster string) (*fault.Ledger, error) {
	path, err := ledgerPath(cluster)
	if err != nil {
		return nil, err
	}
	return fault.OpenLedger(path)
}
