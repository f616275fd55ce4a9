package parquetfile

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/parquet/metadata"

	"attio-etl/internal/storage"
)

const (
	magic          = "PAR1"
	encryptedMagic = "PARE"

	tailSize = 8 // length of the footer, and the magic
	// maxFooter is how long a footer may be: of 10,000 columns and 1,000 row groups it has about that.
	maxFooter = 512 << 20
	// maxSchema is how many fields a schema may have, groups included.
	maxSchema = 100_000
	// maxNesting is how deep the fields of a schema may nest.
	maxNesting = 64
)

// footer is what a file says of itself, checked as far as that goes without its pages.
type footer struct {
	meta *metadata.FileMetaData
	end  int64    // offset at which the footer begins: pages stand before it
	sum  [32]byte // of its bytes
}

// readFooter reads the footer, and refuses what is no Parquet file or not a whole one.
func readFooter(from storage.File, f *os.File) (*footer, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", from.Name, err)
	}
	raw, end, err := footerBytes(from, f, info.Size())
	if err != nil {
		return nil, err
	}
	if err := checkFooter(raw); err != nil {
		return nil, corrupt(from, 0, "its footer", err)
	}
	meta, err := metadata.NewFileMetaData(raw, nil)
	if err != nil {
		return nil, corrupt(from, 0, "its footer", err)
	}
	if meta.IsSetEncryptionAlgorithm() {
		return nil, encrypted(from)
	}
	meta.SetSourceFileSize(info.Size())
	return &footer{meta: meta, end: end, sum: sha256.Sum256(raw)}, nil
}

// footerBytes finds the footer by the last bytes of the file.
func footerBytes(from storage.File, r io.ReaderAt, size int64) (raw []byte, end int64, err error) {
	if size == 0 {
		return nil, 0, from.Fault("empty-file", "the file is empty", "")
	}
	var head [4]byte
	if err := readAt(from, r, head[:min(4, size)], 0); err != nil {
		return nil, 0, err
	}
	if string(head[:]) == encryptedMagic {
		return nil, 0, encrypted(from)
	}
	if string(head[:]) != magic {
		return nil, 0, from.Fault("not-parquet", "the file does not start as a Parquet file does", "name the format of the file")
	}
	var tail [tailSize]byte
	if size < int64(len(magic)+tailSize) {
		return nil, 0, truncated(from)
	}
	if err := readAt(from, r, tail[:], size-tailSize); err != nil {
		return nil, 0, err
	}
	if string(tail[4:]) != magic {
		return nil, 0, truncated(from)
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	if length > size-tailSize-int64(len(magic)) || length > maxFooter {
		return nil, 0, corrupt(from, 0, "its footer", fmt.Errorf("it claims %d bytes", length))
	}
	end = size - tailSize - length
	raw = make([]byte, length)
	return raw, end, readAt(from, r, raw, end)
}

func readAt(from storage.File, r io.ReaderAt, b []byte, at int64) error {
	if _, err := r.ReadAt(b, at); err != nil {
		return fmt.Errorf("read %s: %w", from.Name, err)
	}
	return nil
}

var errSchema = errors.New("the schema's tree is malformed, too deep or too large")

// checkFooter walks FileMetaData before the library reads it: all that it claims is there, and the schema is a tree of a sane depth.
func checkFooter(raw []byte) error {
	w := &walker{b: raw}
	var children []int64
	w.fields(func(id int16, typ byte) bool {
		if id != 2 || typ != typeList {
			return false
		}
		of, n := w.list()
		if n > maxSchema || of != typeStruct {
			w.fail(errSchema)
			return true
		}
		for range n {
			children = append(children, schemaChildren(w))
		}
		return true
	})
	if w.err != nil {
		return w.err
	}
	if rest, ok := takeTree(children, 0); !ok || len(rest) > 0 {
		return errSchema
	}
	return nil
}

// schemaChildren reads a SchemaElement, of which only the number of children is of interest.
func schemaChildren(w *walker) (n int64) {
	w.fields(func(id int16, typ byte) bool {
		if id != 5 || typ != typeI32 {
			return false
		}
		n = w.varint()
		return true
	})
	return n
}

// takeTree takes the first field and what stands below it from a schema in depth-first order.
func takeTree(children []int64, depth int) (rest []int64, ok bool) {
	if len(children) == 0 || depth > maxNesting {
		return nil, false
	}
	n, rest := children[0], children[1:]
	if n < 0 || n > int64(len(rest)) {
		return nil, false
	}
	for range n {
		if rest, ok = takeTree(rest, depth+1); !ok {
			return nil, false
		}
	}
	return rest, true
}
