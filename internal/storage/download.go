package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// remote is a file elsewhere.
type remote interface {
	// open starts to read the file at an offset, up to which it was read before: 0 the first time. part.at is 0 where it has to be read
	// from its start instead.
	open(ctx context.Context, offset int64) (part, error)
}

// part is the bytes of a remote file from an offset to its end.
type part struct {
	body    io.ReadCloser
	at      int64
	size    int64 // of the whole file; -1 where the server does not tell, and the stream proves its end itself
	packing compression
}

// refusedError is what asking again will not change.
type refusedError struct{ fault error }

func (e *refusedError) Error() string { return e.fault.Error() }

func (e *refusedError) Unwrap() error { return e.fault }

// maxTries is how often a download is tried without a byte of progress.
const maxTries = 5

// pauseAfter is how long to wait after so many tries in a row that brought nothing: 250 ms, 1 s, 4 s, 16 s.
func pauseAfter(failed int) time.Duration { return 250 * time.Millisecond << (2 * (failed - 1)) }

// download brings a remote file here, going on where a reply broke off.
func (a *Access) download(ctx context.Context, l Location) (*Fetched, compression, error) {
	from, done, err := a.remote(ctx, l)
	if err != nil {
		return nil, uncompressed, err
	}
	defer done()
	file, err := a.newSpoolFile()
	if err != nil {
		return nil, uncompressed, err
	}
	d := &download{access: a, location: l, from: from, file: file}
	f := &Fetched{File: File{Path: file.Name(), Name: l.String()}, spooled: true}
	err = d.run(ctx)
	if closed := file.Close(); err == nil && closed != nil {
		err = a.noRoom(l, closed)
	}
	if err != nil {
		return nil, uncompressed, errors.Join(err, f.Close())
	}
	return f, d.packing, nil
}

func (a *Access) remote(ctx context.Context, l Location) (_ remote, done func(), err error) {
	if l.inBucket() {
		return a.object(ctx, l)
	}
	from, err := a.web(l)
	return from, func() {}, err
}

type download struct {
	access   *Access
	location Location
	from     remote
	file     *os.File
	have     int64
	packing  compression
}

func (d *download) run(ctx context.Context) error {
	failed := 0
	for {
		before := d.have
		err := d.once(ctx)
		refused, final := errors.AsType[*refusedError](err)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case final:
			return refused.fault
		case d.have > before: // a connection that broke off is worth being quick about
			failed = 0
			continue
		}
		if failed++; failed == maxTries {
			return d.location.faultOf(err, "unreadable-file", "it could not be fetched: "+netCause(err), "try again later")
		}
		if err := d.access.wait(ctx, failed); err != nil {
			return err
		}
	}
}

func (a *Access) wait(ctx context.Context, failed int) error {
	pause := pauseAfter
	if a.pause != nil {
		pause = a.pause
	}
	timer := time.NewTimer(pause(failed))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// once reads what is left of the file, as far as the server gives it.
func (d *download) once(ctx context.Context) error {
	p, err := d.from.open(ctx, d.have)
	if err != nil {
		return err
	}
	defer p.body.Close() //nolint:errcheck // what was read is what counts
	d.packing = p.packing
	if err := d.rewind(p.at); err != nil {
		return err
	}
	most := d.access.most()
	in := &lastError{r: io.LimitReader(p.body, most-d.have+1)}
	n, err := io.Copy(d.file, in)
	d.have += n
	switch {
	case d.have > most:
		return &refusedError{d.location.tooLarge(errTooLarge)}
	case in.err != nil:
		return in.err
	case err != nil:
		return &refusedError{d.access.noRoom(d.location, err)}
	case p.size >= 0 && d.have != p.size:
		return fmt.Errorf("%d of %d bytes came: %w", d.have, p.size, io.ErrUnexpectedEOF)
	}
	return nil
}

// rewind drops what was read where the file has to be read again from an earlier offset.
func (d *download) rewind(at int64) error {
	if at == d.have {
		return nil
	}
	_, err := d.file.Seek(at, io.SeekStart)
	if err = errors.Join(err, d.file.Truncate(at)); err != nil {
		return &refusedError{d.access.noRoom(d.location, err)}
	}
	d.have = at
	return nil
}
