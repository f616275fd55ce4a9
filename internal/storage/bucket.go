package storage

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"regexp"
	"strings"
)

// Bucket is a bucket of an object storage. An error for a name that there is not wraps fs.ErrNotExist, one for what may not be done
// fs.ErrPermission.
type Bucket interface {
	// Stat tells an object's size, and a version that changes with its bytes.
	Stat(ctx context.Context, key string) (size int64, version string, err error)
	// Read reads an object from an offset.
	Read(ctx context.Context, key string, offset int64) (io.ReadCloser, error)
	// Write makes an object, which is there once Close has returned nil, and never if ctx ended before Close.
	Write(ctx context.Context, key string) (io.WriteCloser, error)
	// List names the objects whose names start with a prefix.
	List(ctx context.Context, prefix string) iter.Seq2[string, error]
	Close() error
}

// OpenBucket opens the bucket of a URL such as s3://bucket?region=eu-central-1, with the credentials of the platform's usual places.
type OpenBucket func(ctx context.Context, url string) (Bucket, error)

func (a *Access) openBucket(ctx context.Context, l Location) (Bucket, error) {
	if a.Buckets == nil {
		return nil, l.fault("no-object-storage", "this program was built without object storage",
			"build it with the drivers: go install -tags cloud ./cmd/attio-etl; or copy the file to this machine")
	}
	b, err := a.Buckets(ctx, l.bucket())
	if err != nil {
		return nil, l.objectFault("the bucket cannot be opened", err)
	}
	return b, nil
}

// object is a file in a bucket.
type object struct {
	location Location
	bucket   Bucket
	version  string // of what was read so far
}

func (a *Access) object(ctx context.Context, l Location) (*object, func(), error) {
	b, err := a.openBucket(ctx, l)
	if err != nil {
		return nil, nil, err
	}
	return &object{location: l, bucket: b}, func() { _ = b.Close() }, nil // it was only read from
}

func (o *object) open(ctx context.Context, offset int64) (part, error) {
	size, version, err := o.bucket.Stat(ctx, o.location.key())
	if err != nil {
		return part{}, o.failed(err)
	}
	if version != o.version {
		offset = 0
	}
	o.version = version
	body, err := o.bucket.Read(ctx, o.location.key(), offset)
	if err != nil {
		return part{}, o.failed(err)
	}
	body = &unchanged{ReadCloser: body, check: func() error { return o.same(ctx) }}
	return part{body: body, at: offset, size: size, packing: o.location.compression()}, nil
}

// same reports an error if the object was replaced: what was read may belong to either.
func (o *object) same(ctx context.Context) error {
	_, version, err := o.bucket.Stat(ctx, o.location.key())
	if err == nil && version != o.version {
		o.version = ""
		return errReplaced
	}
	return err
}

var errReplaced = errors.New("the object was replaced while it was read")

// unchanged is a body that ends only if what it was read from is still the same.
type unchanged struct {
	io.ReadCloser
	check func() error
}

func (u *unchanged) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		if changed := u.check(); changed != nil {
			return n, changed
		}
	}
	return n, err
}

// failed makes what cannot change by itself final.
func (o *object) failed(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return &refusedError{o.location.objectFault("the object cannot be read", err)}
	}
	return errors.New(withoutQuery(err))
}

func (l Location) objectFault(problem string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return l.faultOf(err, "no-such-file", "there is no such object", "check the names of the bucket and the object")
	case errors.Is(err, fs.ErrPermission):
		return l.faultOf(err, "unreadable-file", problem+": access is denied", "check the credentials and what they allow")
	default:
		return l.faultOf(err, "unreadable-file", problem+": "+withoutQuery(err), "check the credentials, the region and the network")
	}
}

var query = regexp.MustCompile(`\?[^\s"']+`)

// withoutQuery is an error's text on one line without the queries of URLs in it, which may hold signatures.
func withoutQuery(err error) string {
	return strings.Join(strings.Fields(query.ReplaceAllString(err.Error(), "?…")), " ")
}
