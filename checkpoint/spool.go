package checkpoint

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"os"
	"path/filepath"
)

// Spool keeps frames of bytes in a file, in the order in which they were appended: what a run has read and not yet published. A frame is there
// as a whole and durably once Append has returned; of one that a crash cut short nothing is seen.
type Spool struct {
	file *os.File
	end  int64 // of the last whole frame
}

// frameHead is the length of a frame and its CRC-32, four bytes each.
const frameHead = 8

// maxFrame bounds a frame, in bytes: a page of five hundred records with the longest texts is far smaller.
const maxFrame = 1 << 30

// Spool opens the spool of a run by a name of the caller's, making it where there is none.
func (s *Store) Spool(name string) (*Spool, error) {
	dir := filepath.Join(s.dir, "exports")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the spool directory: %w", err)
	}
	return openSpool(filepath.Join(dir, name))
}

func openSpool(path string) (*Spool, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the spool: %w", err)
	}
	s := &Spool{file: file}
	for frame, err := range s.read() {
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		s.end += int64(frameHead + len(frame))
	}
	if err := file.Truncate(s.end); err != nil {
		return nil, errors.Join(fmt.Errorf("open the spool: %w", err), file.Close())
	}
	return s, nil
}

// Append adds a frame; when it returns nil the frame is on disk.
func (s *Spool) Append(frame []byte) error {
	if len(frame) > maxFrame {
		return fmt.Errorf("append to the spool: %d bytes are too many", len(frame))
	}
	whole := framed(frame)
	if _, err := s.file.WriteAt(whole, s.end); err != nil {
		return fmt.Errorf("append to the spool: %w", err)
	}
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("append to the spool: %w", err)
	}
	s.end += int64(len(whole))
	return nil
}

// framed is a frame behind its head.
func framed(frame []byte) []byte {
	whole := binary.LittleEndian.AppendUint32(make([]byte, 0, frameHead+len(frame)), uint32(len(frame)))
	whole = binary.LittleEndian.AppendUint32(whole, crc32.ChecksumIEEE(frame))
	return append(whole, frame...)
}

// Frames yields the frames from the first one on. A frame is only valid until the next.
func (s *Spool) Frames() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		at := int64(0)
		for frame, err := range s.read() {
			if !yield(frame, err) {
				return
			}
			at += int64(frameHead + len(frame))
		}
		if at != s.end {
			yield(nil, fmt.Errorf("read the spool: %d bytes of %d are whole", at, s.end))
		}
	}
}

// read yields whole frames up to the first that is not.
func (s *Spool) read() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		info, err := s.file.Stat()
		if err != nil {
			yield(nil, fmt.Errorf("read the spool: %w", err))
			return
		}
		r := bufio.NewReaderSize(io.NewSectionReader(s.file, 0, info.Size()), 1<<20)
		left := info.Size()
		var head [frameHead]byte
		var frame []byte
		for {
			if left < frameHead {
				return
			}
			if _, err := io.ReadFull(r, head[:]); err != nil {
				yield(nil, fmt.Errorf("read the spool: %w", err))
				return
			}
			left -= frameHead
			size := int64(binary.LittleEndian.Uint32(head[:]))
			if size > left || size > maxFrame {
				return // cut short
			}
			if int64(cap(frame)) < size {
				frame = make([]byte, size)
			}
			frame = frame[:size]
			if _, err := io.ReadFull(r, frame); err != nil {
				yield(nil, fmt.Errorf("read the spool: %w", err))
				return
			}
			left -= size
			if crc32.ChecksumIEEE(frame) != binary.LittleEndian.Uint32(head[4:]) || !yield(frame, nil) {
				return
			}
		}
	}
}

// Close closes the file and leaves it there.
func (s *Spool) Close() error {
	if err := s.file.Close(); err != nil {
		return fmt.Errorf("close the spool: %w", err)
	}
	return nil
}

// Remove closes the file and removes it.
func (s *Spool) Remove() error {
	if err := errors.Join(s.file.Close(), os.Remove(s.file.Name())); err != nil {
		return fmt.Errorf("remove the spool: %w", err)
	}
	return nil
}

// HasSpool reports whether there is a spool of a name.
func (s *Store) HasSpool(name string) bool {
	_, err := os.Stat(filepath.Join(s.dir, "exports", name))
	return err == nil
}

// DropSpool removes the spool of a name, which nobody has open, if there is one, and what was sorted beside it.
func (s *Store) DropSpool(name string) error {
	for _, file := range []string{name, name + scratchEnding} {
		if err := os.Remove(filepath.Join(s.dir, "exports", file)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove the spool: %w", err)
		}
	}
	return nil
}
