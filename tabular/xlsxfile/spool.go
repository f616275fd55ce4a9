package xlsxfile

import (
	"errors"
	"fmt"
	"os"
)

// spool is where shared strings go that are too many for the memory.
type spool struct {
	dir    string // of temporary files; empty means the system's
	memory int64  // bytes that may stay in memory
}

// spill is a temporary file of blocks.
type spill struct {
	file    *os.File
	size    int64
	removed bool // it has no name any more, so that nothing stays behind whatever happens
}

func (s spool) create() (*spill, error) {
	f, err := os.CreateTemp(s.dir, "attio-etl-strings-*")
	if err != nil {
		return nil, fmt.Errorf("spill shared strings: %w", err)
	}
	return &spill{file: f, removed: os.Remove(f.Name()) == nil}, nil // some systems remove no open file: close does it there
}

// add writes a block and tells its offset.
func (s *spill) add(block []byte) (int64, error) {
	at := s.size
	if _, err := s.file.WriteAt(block, at); err != nil {
		return 0, fmt.Errorf("spill shared strings: %w", err)
	}
	s.size += int64(len(block))
	return at, nil
}

func (s *spill) read(at int64, size int) (string, error) {
	block := make([]byte, size)
	if _, err := s.file.ReadAt(block, at); err != nil {
		return "", fmt.Errorf("read spilled shared strings: %w", err)
	}
	return string(block), nil
}

func (s *spill) close() error {
	err := s.file.Close()
	if !s.removed {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	return err
}
