package storage

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// compression is how the bytes of a file are packed: what its name or the server says, never what they look like.
type compression uint8

const (
	uncompressed compression = iota
	gzipped
	zstandard
	unknownCompression // one that is not read
)

// compressionOf tells a compression by the ending of a name, with its dot.
func compressionOf(ending string) compression {
	switch strings.ToLower(ending) {
	case ".gz":
		return gzipped
	case ".zst":
		return zstandard
	default:
		return uncompressed
	}
}

// compressionOfReply tells it by the encoding that a server names.
func compressionOfReply(encoding string) compression {
	switch strings.ToLower(encoding) {
	case "", "identity":
		return uncompressed
	case "gzip", "x-gzip":
		return gzipped
	case "zstd":
		return zstandard
	default:
		return unknownCompression
	}
}

// maxWindow is the memory that reading a stream of zstd may ask for: what the zstd program grants without being told to.
const maxWindow = 128 << 20

// expand is the uncompressed bytes of a stream. Its reader gives an error unless the stream ends as it has to: with the check sum
// of its last member, and nothing behind it.
func (c compression) expand(r io.Reader) (io.ReadCloser, error) {
	switch c {
	case gzipped:
		z, err := gzip.NewReader(r) // reads the members one after the other, as gzip does
		if err != nil {
			return nil, err
		}
		return z, nil
	case zstandard:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	default:
		return io.NopCloser(r), nil
	}
}

// pack compresses what is written to it. Closing it ends the stream and not w.
func (c compression) pack(w io.Writer) (io.WriteCloser, error) {
	switch c {
	case gzipped:
		return gzip.NewWriter(w), nil
	case zstandard:
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	default:
		return nopWriteCloser{w}, nil
	}
}

type nopWriteCloser struct{ io.Writer }

func (nopWriteCloser) Close() error { return nil }

// The bounds on what is unpacked. A file that grows a hundredfold is common among exports, one that grows more than maxRatio for
// longer than freeBytes is made to fill a disk.
const (
	maxRatio  = 250
	freeBytes = 256 << 20
)

var (
	errBomb     = errors.New("the compressed file grows out of proportion")
	errTooLarge = errors.New("the file is larger than the limit")
)

// meter counts what is read through it.
type meter struct {
	r io.Reader
	n int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.n += int64(n)
	return n, err
}

// bounded ends a stream that grows beyond the bounds.
type bounded struct {
	r      io.Reader
	most   int64
	packed *meter // what r is unpacked from; nil where it is not
	free   int64  // bytes for which the ratio is not looked at
	n      int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	switch {
	case b.n > b.most:
		return 0, errTooLarge
	case b.packed != nil && b.n > b.free && b.n/maxRatio > b.packed.n:
		return 0, errBomb
	}
	return n, err
}

// unpackFault explains why a stream could not be unpacked.
func (l Location) unpackFault(err error) error {
	const again = "make the file or copy it again: it is not whole"
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return l.faultOf(err, "truncated-file", "the compressed file ends before its end", again)
	case errors.Is(err, errBomb):
		problem := fmt.Sprintf("the compressed file grows more than %d-fold: it may be made to fill the disk", maxRatio)
		return l.faultOf(err, "decompression-bomb", problem, "decompress it yourself if you trust it, and name the result")
	case errors.Is(err, errTooLarge):
		return l.tooLarge(err)
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		problem := fmt.Sprintf("decompressing the file takes more than %d MiB of memory", maxWindow>>20)
		return l.faultOf(err, "corrupt-file", problem, "compress it without --long or --ultra, or name it decompressed")
	default:
		return l.faultOf(err, "corrupt-file", "the file is not what its ending says, or damaged: "+Cause(err), again)
	}
}

func (l Location) tooLarge(err error) error {
	return l.faultOf(err, "too-large", "the file is larger than what is fetched", "save it on this machine, uncompressed, and name that")
}
