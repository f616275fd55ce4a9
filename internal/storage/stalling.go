package storage

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"
)

// stallTime is how long a server may send nothing before it is asked again.
const stallTime = 2 * time.Minute

var errStalled = errors.New("the server stopped sending")

// stalling ends a body that stops coming: without it a connection that died silently is waited for for ever.
type stalling struct {
	body    io.ReadCloser
	end     context.CancelFunc // of the request
	timer   *time.Timer
	stalled atomic.Bool
}

func newStalling(body io.ReadCloser, end context.CancelFunc) *stalling {
	s := &stalling{body: body, end: end}
	s.timer = time.AfterFunc(stallTime, func() {
		s.stalled.Store(true)
		end()
	})
	return s
}

func (s *stalling) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	s.timer.Reset(stallTime)
	if err != nil && s.stalled.Load() {
		return n, errStalled
	}
	return n, err
}

func (s *stalling) Close() error {
	s.timer.Stop()
	defer s.end()
	return s.body.Close()
}
