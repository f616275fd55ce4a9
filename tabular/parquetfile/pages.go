package parquetfile

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/apache/arrow-go/v18/parquet/compress"
)

const (
	maxPage       = 256 << 20 // bytes of a page, decompressed
	maxDictionary = 64 << 20  // bytes of a dictionary, decompressed: each of its values takes a slice besides
	maxPageValues = 1 << 24   // values of a page whose lengths the library holds apart
	maxPageHeader = 4 << 20   // bytes; statistics of long texts stand in it
	firstView     = 1 << 10   // bytes of a page that are looked at for its header at first
)

// Types of pages.
const (
	dataPage       = 0
	dictionaryPage = 2
	dataPageV2     = 3
)

// pageHeader is what matters of a PageHeader.
type pageHeader struct {
	kind                     int64
	decompressed, compressed int64 // bytes
	crc                      uint32
	hasCRC                   bool
	values                   int64
	encoding                 int64
	levels                   int64 // bytes of levels before the values, never compressed; version 2 only
	plain                    bool  // values are not compressed, whatever the chunk says; version 2 only
}

// chunk is where a column chunk stands in the file and what it claims.
type chunk struct {
	start, end int64
	padded     bool // writer counts short: bytes before end may not belong to the chunk
	values     int64
	codec      compress.Compression
}

// chunkPages is what a proved chunk holds.
type chunkPages struct {
	values       int64
	decompressed int64 // bytes of all pages
	largest      int64 // bytes of the largest page, decompressed
	dictionary   bool
	prefixed     bool // a page stores texts as differences (DELTA_BYTE_ARRAY): values may be as long as its page
}

var (
	errPageSize   = errors.New("a page claims more bytes than there are")
	errPageLimit  = errors.New("a page claims more than any writer makes")
	errPageKind   = errors.New("a page is of an unknown kind")
	errChecksum   = errors.New("the checksum of a page is wrong")
	errDictionary = errors.New("a dictionary claims more values than it has bytes")
	errPageValues = errors.New("the pages do not hold as many values as the footer states")
)

// provePages walks the pages of a chunk before the library decodes them. The library makes room for what a page claims and lets
// zstd and snappy make more; it checks no checksum and takes the pages' end for the end of the column. So here: every page is in
// the file, decompresses to what it states, has the checksum that it states, and together they hold the values that the footer states.
func provePages(r io.ReaderAt, c chunk) (chunkPages, error) {
	var sum chunkPages
	at := c.start
	for at < c.end && (sum.values < c.values || !c.padded) {
		head, size, err := readPageHeader(r, at, c.end)
		if err != nil {
			return sum, err
		}
		at += size
		if err := provePage(io.NewSectionReader(r, at, max(0, min(head.compressed, c.end-at))), head, c.codec); err != nil {
			return sum, err
		}
		at += head.compressed
		sum.add(head)
	}
	if sum.values != c.values {
		return sum, errPageValues
	}
	return sum, nil
}

func (s *chunkPages) add(head pageHeader) {
	s.decompressed += head.decompressed
	s.largest = max(s.largest, head.decompressed)
	s.dictionary = s.dictionary || head.kind == dictionaryPage
	if head.kind == dataPage || head.kind == dataPageV2 {
		s.values += head.values
		s.prefixed = s.prefixed || head.encoding == deltaByteArray
	}
}

// readPageHeader reads the header at an offset and says how many bytes it takes.
func readPageHeader(r io.ReaderAt, at, end int64) (pageHeader, int64, error) {
	for view := int64(firstView); ; view *= 16 {
		b := make([]byte, min(view, end-at))
		if _, err := r.ReadAt(b, at); err != nil {
			return pageHeader{}, 0, err
		}
		w := &walker{b: b}
		head := walkPageHeader(w)
		if w.err == nil {
			return head, int64(w.at), nil
		}
		if !errors.Is(w.err, errShort) || view >= end-at || view >= maxPageHeader {
			return pageHeader{}, 0, fmt.Errorf("the header of a page: %w", w.err)
		}
	}
}

func walkPageHeader(w *walker) (h pageHeader) {
	h.kind = -1
	w.fields(func(id int16, typ byte) bool {
		switch {
		case typ == typeI32 && id == 1:
			h.kind = w.varint()
		case typ == typeI32 && id == 2:
			h.decompressed = w.varint()
		case typ == typeI32 && id == 3:
			h.compressed = w.varint()
		case typ == typeI32 && id == 4:
			h.crc, h.hasCRC = uint32(w.varint()), true
		case typ == typeStruct && (id == 5 && h.kind == dataPage || id == 7 && h.kind == dictionaryPage):
			walkData(w, &h)
		case typ == typeStruct && id == 8 && h.kind == dataPageV2:
			walkDataV2(w, &h)
		default:
			return false
		}
		return true
	})
	return h
}

// walkData reads a DataPageHeader or DictionaryPageHeader: number of values and encoding are the same fields.
func walkData(w *walker, h *pageHeader) {
	w.fields(func(id int16, typ byte) bool {
		switch {
		case typ == typeI32 && id == 1:
			h.values = w.varint()
		case typ == typeI32 && id == 2:
			h.encoding = w.varint()
		default:
			return false
		}
		return true
	})
}

func walkDataV2(w *walker, h *pageHeader) {
	w.fields(func(id int16, typ byte) bool {
		switch {
		case typ == typeI32 && id == 1:
			h.values = w.varint()
		case typ == typeI32 && id == 4:
			h.encoding = w.varint()
		case typ == typeI32 && (id == 5 || id == 6):
			n := w.varint()
			if n < 0 {
				w.fail(errThrift)
			}
			h.levels += n
		case id == 7:
			h.plain = typ == typeFalse
			return false
		default:
			return false
		}
		return true
	})
}

// Encodings that the library decodes into memory of their own.
const (
	deltaLengthByteArray = 6
	deltaByteArray       = 7
)

// provePage proves one page. Body is what there is of it in the file.
func provePage(body *io.SectionReader, h pageHeader, codec compress.Compression) error {
	if h.compressed < 0 || h.decompressed < 0 || h.values < 0 || body.Size() < h.compressed || h.levels > h.compressed {
		return errPageSize
	}
	if h.decompressed > maxPage {
		return errPageLimit
	}
	switch h.kind {
	case dictionaryPage:
		if h.decompressed > maxDictionary {
			return errPageLimit
		}
		if h.values > h.decompressed {
			return errDictionary
		}
	case dataPage, dataPageV2:
		if (h.encoding == deltaLengthByteArray || h.encoding == deltaByteArray) && h.values > maxPageValues {
			return errPageLimit
		}
	default:
		return errPageKind
	}
	if h.hasCRC {
		sum := crc32.NewIEEE()
		if _, err := io.Copy(sum, io.NewSectionReader(body, 0, h.compressed)); err != nil {
			return err
		}
		if sum.Sum32() != h.crc {
			return errChecksum
		}
	}
	if h.plain {
		codec = compress.Codecs.Uncompressed
	}
	return proveSize(io.NewSectionReader(body, h.levels, h.compressed-h.levels), h.decompressed-h.levels, codec)
}
