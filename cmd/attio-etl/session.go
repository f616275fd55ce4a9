package main

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"attio-etl/checkpoint"
	"attio-etl/internal/exit"
	"attio-etl/internal/pace"
)

// sessionEvery is how often the requests of a session are written down: so much of them is lost with a process that is killed.
const sessionEvery = 5 * time.Second

// session is the work of this process on a run, as the run store keeps it.
type session struct {
	store   *checkpoint.Store
	pace    *pace.Transport
	stored  checkpoint.Session
	stop    context.CancelFunc
	keeping errgroup.Group
}

// beginSession records that this process works on a run, and from then on what it sends.
func (a *app) beginSession(ctx context.Context, store *checkpoint.Store, run checkpoint.Run, conn *connection) (*session, error) {
	spoken, err := conn.client.Contract(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{store: store, pace: conn.pace}
	s.stored, err = store.BeginSession(ctx, run, checkpoint.Session{
		Program: versionText(), Contract: spoken.String(), Traffic: trafficOf(conn.pace.Traffic()),
	})
	if err != nil {
		return nil, err
	}
	ticking, stop := context.WithCancel(context.WithoutCancel(ctx)) // what is sent after an interrupt counts too
	s.stop = stop
	s.keeping.Go(func() error {
		ticker := time.NewTicker(sessionEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticking.Done():
				return nil
			case <-ticker.C:
				kept := s.stored
				kept.Traffic = trafficOf(s.pace.Traffic())
				_ = store.KeepSession(ticking, kept) // the next one has this too, and the end of the session tells of an error
			}
		}
	})
	return s, nil
}

// end records how the session ended.
func (s *session) end(ctx context.Context, status checkpoint.Status, code exit.Code) error {
	s.stop()
	if err := s.keeping.Wait(); err != nil {
		return err
	}
	s.stored.Traffic = trafficOf(s.pace.Traffic())
	s.stored.Ended, s.stored.Status, s.stored.Code = time.Now().UTC(), status, int(code)
	return s.store.KeepSession(context.WithoutCancel(ctx), s.stored)
}

func trafficOf(t pace.Traffic) checkpoint.Traffic {
	traffic := checkpoint.Traffic{Start: t.Start, Width: t.Width, Counts: make([]checkpoint.Requests, len(t.Intervals))}
	for i, s := range t.Intervals {
		traffic.Counts[i] = checkpoint.Requests(s)
	}
	return traffic
}
