package docker

import (
	"context"
	"errors"
	"sync"
)

// parallel calls f for every item at once and waits for all. The first error cancels the context of the others; errors
// that are only its echo are left out.
func parallel[T any](ctx context.Context, items []T, f func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for _, item := range items {
		wg.Go(func() {
			if err := f(ctx, item); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return nil
}

// all is parallel for work of which each part is worth doing whatever becomes of the others.
func all[T any](ctx context.Context, items []T, f func(context.Context, T) error) error {
	errs := make([]error, len(items))
	var wg sync.WaitGroup
	for i, item := range items {
		wg.Go(func() { errs[i] = f(ctx, item) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
