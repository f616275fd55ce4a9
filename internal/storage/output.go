package storage

import (
	"context"
	"errors"
	"fmt"
	"io"

	"attio-etl/internal/atomicfile"
)

// Output is a file being written to a location, packed as its name says. Until Commit nothing is there under that name; standard
// output is the exception, as what was written to it is gone.
type Output struct {
	location Location
	packer   io.WriteCloser
	target   target
	ended    bool
}

// target is where the packed bytes go.
type target interface {
	io.Writer
	Commit() error
	Abort() error
}

// Create starts a file at a location, to replace what is there.
func (a *Access) Create(ctx context.Context, l Location) (*Output, error) {
	to, err := a.target(ctx, l)
	if err != nil {
		return nil, err
	}
	packer, err := l.compression().pack(to)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("compress %s: %w", l, err), to.Abort())
	}
	return &Output{location: l, packer: packer, target: to}, nil
}

func (a *Access) target(ctx context.Context, l Location) (target, error) {
	switch {
	case l.local != "":
		return atomicfile.Create(l.local)
	case l.IsStandard():
		return stream{a.Stdout}, nil
	case l.inBucket():
		return a.newObject(ctx, l)
	default:
		return nil, l.fault("not-writable", "nothing can be written to a web address", "name a file, or an object of s3, gs or azblob")
	}
}

// Write writes unpacked bytes.
func (o *Output) Write(p []byte) (int, error) { return o.packer.Write(p) }

// Commit publishes the file. After an error nothing is there that was not before.
func (o *Output) Commit() error {
	if o.ended {
		return fmt.Errorf("publish %s: already ended", o.location)
	}
	if err := o.packer.Close(); err != nil {
		return errors.Join(fmt.Errorf("compress %s: %w", o.location, err), o.Abort())
	}
	o.ended = true
	return o.target.Commit()
}

// Abort throws away what was written. After Commit it does nothing, so it can be deferred.
func (o *Output) Abort() error {
	if o.ended {
		return nil
	}
	o.ended = true
	return o.target.Abort()
}

// stream is standard output.
type stream struct{ io.Writer }

func (stream) Commit() error { return nil }

func (stream) Abort() error { return nil }

// newObject is an object that is being sent.
func (a *Access) newObject(ctx context.Context, l Location) (target, error) {
	b, err := a.openBucket(ctx, l)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	w, err := b.Write(ctx, l.key())
	if err != nil {
		cancel()
		return nil, errors.Join(l.objectFault("the object cannot be written", err), b.Close())
	}
	return &upload{WriteCloser: w, location: l, bucket: b, cancel: cancel}, nil
}

// upload is an object of which the parts are sent while it is written. They become one, visible, when it is closed.
type upload struct {
	io.WriteCloser
	location Location
	bucket   Bucket
	cancel   context.CancelFunc
}

func (u *upload) Commit() error {
	defer u.cancel()
	err := u.Close()
	if err != nil {
		err = u.location.objectFault("the object cannot be written", err)
	}
	return errors.Join(err, u.bucket.Close())
}

func (u *upload) Abort() error {
	u.cancel()
	_ = u.Close() // says that it was cancelled
	return u.bucket.Close()
}
