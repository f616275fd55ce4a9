package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"path"
	"time"

	"attio-etl/tabular"
)

// DefaultMaxBytes is how large a file may be that is brought to this machine or unpacked here, where Access says nothing.
const DefaultMaxBytes = 64 << 30

// Access is how this process reaches files. It is used by one goroutine at a time. Its fields are set before it is first used.
type Access struct {
	Spool    string // directory for files that are brought here; made when needed
	Stdin    io.Reader
	Stdout   io.Writer
	Lookup   func(name string) (string, bool) // environment variables: proxies
	Buckets  OpenBucket                       // nil: this program has no drivers for object storage
	MaxBytes int64                            // 0: DefaultMaxBytes

	transport http.RoundTripper              // of downloads; nil: one that asks Lookup for proxies
	pause     func(failed int) time.Duration // before a download is tried again; nil: longer each time
	spool     *spool
	stdinRead bool
}

// Fetched is a file of this machine with the bytes of a location, as long as it is not closed.
type Fetched struct {
	File
	spooled bool
}

// Close removes the file if it was made for the occasion.
func (f *Fetched) Close() error {
	if !f.spooled {
		return nil
	}
	f.spooled = false
	return os.Remove(f.Path)
}

// Sweep removes what killed processes left behind.
func (a *Access) Sweep() error { return sweep(a.Spool) }

// Close removes all that was brought here.
func (a *Access) Close() error {
	if a.spool == nil {
		return nil
	}
	s := a.spool
	a.spool = nil
	return s.close()
}

// TempDir is a directory for this process that Close removes.
func (a *Access) TempDir() (string, error) {
	if a.spool == nil {
		s, err := openSpool(a.Spool)
		if err != nil {
			return "", err
		}
		a.spool = s
	}
	return a.spool.dir, nil
}

// Fetch makes the bytes of a location readable as an uncompressed file of this machine. A plain local file is one already and is
// left where it is. What is wrong with the location or its bytes is a *tabular.FileError.
func (a *Access) Fetch(ctx context.Context, l Location) (*Fetched, error) {
	if end := unreadEnding(path.Ext(l.base())); end != "" {
		return nil, l.fault("unsupported-compression", end+" files are not unpacked", "unpack it and name the result, or compress it with gzip or zstd")
	}
	raw, packing, err := a.bring(ctx, l)
	if err != nil || packing == uncompressed {
		return raw, err
	}
	plain, err := a.unpack(ctx, l, raw, packing)
	return plain, errors.Join(err, raw.Close())
}

// unreadEnding is the ending of a compression or archive that is not read.
func unreadEnding(ending string) string {
	switch ending {
	case ".bz2", ".xz", ".lz4", ".br", ".zip", ".7z", ".tar", ".tgz", ".rar":
		return ending
	default:
		return ""
	}
}

// bring makes the bytes of a location a file of this machine, packed as they are.
func (a *Access) bring(ctx context.Context, l Location) (*Fetched, compression, error) {
	switch {
	case l.local != "":
		return &Fetched{File: Local(l.local)}, l.compression(), nil
	case l.IsStandard():
		f, err := a.readStdin(ctx, l)
		return f, uncompressed, err
	default:
		return a.download(ctx, l)
	}
}

// unpack unpacks a file. Its fingerprint is that of the packed bytes, of those that were unpacked.
func (a *Access) unpack(ctx context.Context, l Location, raw *Fetched, packing compression) (*Fetched, error) {
	from, err := raw.Open()
	if err != nil {
		return nil, err
	}
	defer from.Close() //nolint:errcheck // opened for reading: nothing can be lost
	hash := sha256.New()
	packed := &meter{r: io.TeeReader(&contextReader{ctx.Err, from}, hash)}
	plain, err := packing.expand(packed)
	if err != nil {
		return nil, l.unpackFault(err)
	}
	defer plain.Close() //nolint:errcheck // says nothing that reading did not
	within := &bounded{r: plain, packed: packed, free: freeBytes, most: a.most()}
	f, err := a.spoolFrom(ctx, l, within, l.unpackFault)
	switch {
	case err != nil:
		return nil, err
	case packed.n == 0: // zstd takes it for a stream of no frames
		return nil, errors.Join(l.unpackFault(io.ErrUnexpectedEOF), f.Close())
	}
	f.Print = tabular.Fingerprint{Size: packed.n, SHA256: hex.EncodeToString(hash.Sum(nil))}
	return f, nil
}

func (a *Access) most() int64 {
	if a.MaxBytes > 0 {
		return a.MaxBytes
	}
	return DefaultMaxBytes
}

// spoolFrom copies a stream into the spool. fault explains an error of the stream.
func (a *Access) spoolFrom(ctx context.Context, l Location, r io.Reader, fault func(error) error) (*Fetched, error) {
	into, err := a.newSpoolFile()
	if err != nil {
		return nil, err
	}
	f := &Fetched{File: File{Path: into.Name(), Name: l.String()}, spooled: true}
	from := &lastError{r: r}
	_, err = io.Copy(into, from)
	closed := into.Close()
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case from.err != nil:
		err = fault(from.err)
	case err != nil || closed != nil:
		err = a.noRoom(l, errors.Join(err, closed))
	default:
		return f, nil
	}
	return nil, errors.Join(err, f.Close())
}

func (a *Access) newSpoolFile() (*os.File, error) {
	if _, err := a.TempDir(); err != nil {
		return nil, err
	}
	return a.spool.create()
}

func (a *Access) noRoom(l Location, err error) error {
	return l.faultOf(err, "no-room", "the file cannot be brought to "+a.Spool+": "+Cause(err), "make room, or name another state directory: --state DIR")
}

// lastError keeps what ended a stream other than its end, so that it can be told from an error of the file that it is copied into.
type lastError struct {
	r   io.Reader
	err error
}

func (e *lastError) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		e.err = err
	}
	return n, err
}
