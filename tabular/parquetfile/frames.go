package parquetfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/klauspost/compress/zstd"
)

var errBomb = errors.New("a page holds more than it states")

// proveSize makes sure that a page decompresses to what it states where the library's decoder would not stop there.
func proveSize(values *io.SectionReader, stated int64, codec compress.Compression) error {
	switch codec {
	case compress.Codecs.Uncompressed:
		if values.Size() != stated {
			return errPageSize
		}
	case compress.Codecs.Snappy:
		var head [binary.MaxVarintLen64]byte
		n, err := values.ReadAt(head[:], 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if size, used := binary.Uvarint(head[:n]); used <= 0 || size != uint64(stated) {
			return errBomb
		}
	case compress.Codecs.Zstd:
		return proveZstd(values, stated)
	}
	return nil
}

// zstdSlack is how much more than a page states its blocks may come to: the last one is rarely full.
const zstdSlack = 8 << 20

// proveZstd bounds what zstd frames decompress to: by what they state, or else by their blocks, or else by decompressing them.
func proveZstd(values *io.SectionReader, stated int64) error {
	bound, err := zstdBound(values, stated)
	if err != nil || bound <= stated+zstdSlack {
		return err
	}
	d, err := zstd.NewReader(io.NewSectionReader(values, 0, values.Size()), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPage))
	if err != nil {
		return err
	}
	defer d.Close()
	n, err := io.Copy(io.Discard, io.LimitReader(d, stated+1))
	if err == nil && n > stated {
		return errBomb
	}
	return err
}

// zstdBound is at least what the frames decompress to, unless that is more than the page states and some: then it stops there.
func zstdBound(values *io.SectionReader, stated int64) (bound int64, err error) {
	for at := int64(0); at < values.Size() && bound <= stated+zstdSlack; {
		var head zstd.Header
		var view [zstd.HeaderMaxSize]byte
		n, err := values.ReadAt(view[:], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if err := head.Decode(view[:n]); err != nil {
			return 0, fmt.Errorf("zstd: %w", err)
		}
		at += int64(head.HeaderSize)
		if head.Skippable {
			at += int64(head.SkippableSize)
			continue
		}
		if head.HasFCS && head.FrameContentSize > uint64(stated) {
			return 0, errBomb // the decoder makes room for it first
		}
		size, length, err := zstdBlocks(values, at, stated)
		if err != nil {
			return 0, err
		}
		bound += size
		at += length
		if head.HasCheckSum {
			at += 4
		}
	}
	return bound, nil
}

// zstdBlocks walks the blocks of a frame: what they may decompress to, and how many bytes they take.
func zstdBlocks(values *io.SectionReader, start, stated int64) (size, length int64, err error) {
	const largestBlock = 128 << 10
	for last := false; !last && size <= stated+zstdSlack; {
		var b [3]byte
		if _, err := values.ReadAt(b[:], start+length); err != nil {
			return 0, 0, fmt.Errorf("zstd: %w", io.ErrUnexpectedEOF)
		}
		head := int64(b[0]) | int64(b[1])<<8 | int64(b[2])<<16
		last = head&1 != 0
		block := head >> 3
		length += 3
		switch head >> 1 & 3 {
		case 0: // as it is
			size += block
			length += block
		case 1: // one byte, repeated
			size += block
			length++
		default:
			size += largestBlock
			length += block
		}
	}
	return size, length, nil
}
