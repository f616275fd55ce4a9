package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// scratchEnding is what the name of a scratch has behind that of the spool that it is beside.
const scratchEnding = ".sort"

// Scratch keeps blocks of bytes in a file for as long as the process runs: what is there is made again after a crash, so that nothing is
// synced. It is not safe for concurrent use.
type Scratch struct {
	file *os.File
	ends []int64 // of the blocks
}

// Scratch opens an empty scratch beside the spool of a name.
func (s *Store) Scratch(name string) (*Scratch, error) {
	file, err := os.OpenFile(filepath.Join(s.dir, "exports", name+scratchEnding), os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the scratch file: %w", err)
	}
	return &Scratch{file: file}, nil
}

// start is where a block begins.
func (s *Scratch) start(i int) int64 {
	if i == 0 {
		return 0
	}
	return s.ends[i-1]
}

// Append adds a block and returns its number, the first one's being 0.
func (s *Scratch) Append(block []byte) (int, error) {
	number := len(s.ends)
	at := s.start(number)
	if _, err := s.file.WriteAt(block, at); err != nil {
		return 0, fmt.Errorf("append to the scratch file: %w", err)
	}
	s.ends = append(s.ends, at+int64(len(block)))
	return number, nil
}

// Block is the block of a number.
func (s *Scratch) Block(i int) ([]byte, error) {
	block := make([]byte, s.ends[i]-s.start(i))
	if _, err := s.file.ReadAt(block, s.start(i)); err != nil {
		return nil, fmt.Errorf("read the scratch file: %w", err)
	}
	return block, nil
}

// Remove closes the file and removes it.
func (s *Scratch) Remove() error {
	if err := errors.Join(s.file.Close(), os.Remove(s.file.Name())); err != nil {
		return fmt.Errorf("remove the scratch file: %w", err)
	}
	return nil
}
