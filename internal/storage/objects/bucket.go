package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// Bucket is an open bucket.
type Bucket struct{ bucket *blob.Bucket }

// Open opens the bucket of a URL, with the credentials that the platform's own tools would use: for S3 the AWS_ variables, the shared
// configuration or the machine's role; for Google Cloud the application default credentials; for Azure the AZURE_ variables or the
// machine's identity.
func Open(ctx context.Context, url string) (*Bucket, error) {
	b, err := blob.OpenBucket(ctx, url)
	if err != nil {
		return nil, classified(err)
	}
	return &Bucket{b}, nil
}

// Stat implements storage.Bucket.
func (b *Bucket) Stat(ctx context.Context, key string) (size int64, version string, err error) {
	a, err := b.bucket.Attributes(ctx, key)
	if err != nil {
		return 0, "", classified(err)
	}
	return a.Size, a.ETag + " " + a.ModTime.Format(time.RFC3339Nano), nil
}

// Read implements storage.Bucket.
func (b *Bucket) Read(ctx context.Context, key string, offset int64) (io.ReadCloser, error) {
	r, err := b.bucket.NewRangeReader(ctx, key, offset, -1, nil)
	if err != nil {
		return nil, classified(err)
	}
	return r, nil
}

// Write implements storage.Bucket. The drivers send parts while they are written to and make them one object on Close; a context that
// ended before makes Close throw the parts away.
func (b *Bucket) Write(ctx context.Context, key string) (io.WriteCloser, error) {
	w, err := b.bucket.NewWriter(ctx, key, &blob.WriterOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return nil, classified(err)
	}
	return &writer{w}, nil
}

// writer classifies the errors of a blob.Writer.
type writer struct{ w *blob.Writer }

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	return n, classified(err)
}

func (w *writer) Close() error { return classified(w.w.Close()) }

// List implements storage.Bucket.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		list := b.bucket.List(&blob.ListOptions{Prefix: prefix})
		for {
			object, err := list.Next(ctx)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield("", classified(err))
				return
			}
			if !object.IsDir && !yield(object.Key, nil) {
				return
			}
		}
	}
}

// Close implements storage.Bucket.
func (b *Bucket) Close() error { return classified(b.bucket.Close()) }

// classified makes errors that storage.Bucket tells apart what it says they are.
func classified(err error) error {
	switch gcerrors.Code(err) {
	case gcerrors.NotFound:
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	case gcerrors.PermissionDenied:
		return fmt.Errorf("%w: %w", fs.ErrPermission, err)
	default:
		return err
	}
}
