package pace

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrStopped is what a request ends with that was not sent, or not sent again, because Options.Stop was closed.
var ErrStopped = errors.New("stopped, no further attempt is made")

// ended is why no further attempt may start, nil if it may.
func ended(ctx context.Context, stop <-chan struct{}) error {
	if err := ctx.Err(); err != nil {
		if cause := context.Cause(ctx); !errors.Is(cause, err) {
			return fmt.Errorf("%w: %w", err, cause)
		}
		return err
	}
	select {
	case <-stop:
		return ErrStopped
	default:
		return nil
	}
}

// waitUntil waits for a moment (the zero time never comes) or for a note on wake, and ends early with the context or with stop.
func waitUntil(ctx context.Context, stop, wake <-chan struct{}, at time.Time) error {
	var due <-chan time.Time
	if !at.IsZero() {
		timer := time.NewTimer(time.Until(at))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-wake:
	case <-ctx.Done():
	case <-stop:
	}
	return ended(ctx, stop)
}
