package storage

import (
	"bytes"
	"context"
	"errors"
	"io"
)

// readStdin brings standard input here: it is read more than once.
func (a *Access) readStdin(ctx context.Context, l Location) (*Fetched, error) {
	if a.stdinRead {
		return nil, l.fault("stdin-twice", "standard input can be read only once", "save it to a file and name that")
	}
	a.stdinRead = true
	in := interruptible(ctx, a.Stdin)
	defer in.Close() //nolint:errcheck // only lets go of the stream
	f, err := a.spoolFrom(ctx, l, &bounded{r: in, most: a.most()}, func(err error) error {
		if errors.Is(err, errTooLarge) {
			return l.tooLarge(err)
		}
		return l.faultOf(err, "unreadable-file", "reading standard input failed: "+Cause(err), "")
	})
	if err != nil {
		return nil, err
	}
	if err := refusePacked(l, f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// refusePacked refuses what is plainly compressed: standard input has no name that could say so.
func refusePacked(l Location, f *Fetched) error {
	file, err := f.Open()
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // opened for reading: nothing can be lost
	head := make([]byte, 4)
	n, err := io.ReadFull(file, head)
	if err != nil && n < 2 {
		return nil // a short file: its format says what is wrong with it
	}
	for tool, magic := range map[string]string{"gzip": "\x1f\x8b", "zstd": "\x28\xb5\x2f\xfd"} {
		if bytes.HasPrefix(head[:n], []byte(magic)) {
			return l.fault("compressed-input", "standard input is compressed", "unpack it on the way: "+tool+" -dc FILE | attio-etl …")
		}
	}
	return nil
}

// interruptible reads a stream that may block for ever, such as a terminal, until the context ends or the reader is closed. The
// goroutine outlives that only while the stream blocks, and then the process is about to end.
func interruptible(ctx context.Context, r io.Reader) io.ReadCloser {
	from, into := io.Pipe()
	go func() {
		_, err := io.Copy(into, r)
		_ = into.CloseWithError(err) // nil stands for the end of the stream; a pipe's CloseWithError returns no error
	}()
	context.AfterFunc(ctx, func() { _ = into.CloseWithError(ctx.Err()) })
	return from
}
