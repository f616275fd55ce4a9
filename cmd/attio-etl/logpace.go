package main

import (
	"context"
	"log/slog"

	"attio-etl/internal/pace"
)

// logPace tells the log what the transport does on its own: retries, pauses, giving up.
func (a *app) logPace(e pace.Event) {
	attrs := []slog.Attr{
		slog.String("method", e.Method), slog.String("path", e.Path), slog.Int("attempt", e.Attempt), slog.Duration("wait", e.Wait),
	}
	if e.Status != 0 {
		attrs = append(attrs, slog.Int("status", e.Status))
	}
	if e.Err != nil {
		attrs = append(attrs, slog.Any("error", e.Err))
	}
	ctx := context.Background()
	switch e.Kind {
	case pace.EventRetry:
		a.log.LogAttrs(ctx, slog.LevelInfo, "retry", attrs...)
	case pace.EventThrottled:
		a.log.LogAttrs(ctx, slog.LevelInfo, "throttled: everybody waits", append(attrs, slog.Float64("margin", e.Margin))...)
	case pace.EventPaused:
		a.log.LogAttrs(ctx, slog.LevelInfo, "the limit is spent: everybody waits", attrs...)
	case pace.EventGaveUp:
		a.log.LogAttrs(ctx, slog.LevelWarn, "gave up on a request", attrs...)
	}
}
