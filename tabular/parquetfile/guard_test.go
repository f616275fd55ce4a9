package parquetfile

import (
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"testing"

	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/klauspost/compress/zstd"
)

// TestWalkerRefusesClaims: what a structure claims to hold is there, or the library never sees it.
func TestWalkerRefusesClaims(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"empty structure":    {[]byte{0}, nil},
		"list of a billion":  {[]byte{0x19, 0xFC, 0x80, 0x94, 0xEB, 0xDC, 0x03, 0}, errShort},
		"string of 2 GB":     {[]byte{0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0}, errShort},
		"map of a billion":   {[]byte{0x1B, 0x80, 0x94, 0xEB, 0xDC, 0x03, 0x55, 0}, errShort},
		"nothing":            {nil, errShort},
		"unknown type":       {[]byte{0x1F, 0}, errThrift},
		"number too long":    {append([]byte{0x16}, bytes.Repeat([]byte{0xFF}, 11)...), errThrift},
		"nested too deep":    {bytes.Repeat([]byte{0x1C}, 100), errThrift},
		"fields of any kind": {[]byte{0x11, 0x12, 0x13, 7, 0x15, 2, 0x17, 1, 2, 3, 4, 5, 6, 7, 8, 0x19, 0x21, 1, 0, 0x1B, 1, 0x51, 4, 1, 0}, nil},
	} {
		w := &walker{b: c.b}
		w.skip(typeStruct)
		if !errors.Is(w.err, c.want) {
			t.Errorf("%s: got %v, want %v", name, w.err, c.want)
		}
	}
}

// schemaOf is a footer that has nothing but a schema, given as the number of children of each field.
func schemaOf(children ...byte) []byte {
	b := []byte{0x29, 0xFC, byte(len(children))} // field 2, a list of structures
	for _, n := range children {
		b = append(b, 0x55, 2*n, 0) // field 5
	}
	return append(b, 0)
}

func TestCheckFooter(t *testing.T) {
	deep := bytes.Repeat([]byte{1}, maxNesting+1)
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"flat":              {schemaOf(2, 0, 0), nil},
		"nested":            {schemaOf(2, 1, 0, 0), nil},
		"too few":           {schemaOf(3, 0, 0), errSchema},
		"too many":          {schemaOf(1, 0, 0), errSchema},
		"no root":           {schemaOf(), errSchema},
		"too deep":          {schemaOf(append(deep, 0)...), errSchema},
		"as deep as may be": {schemaOf(append(deep[1:], 0)...), nil},
	} {
		if err := checkFooter(c.b); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestProvePage(t *testing.T) {
	zeros := make([]byte, 64<<20)
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	stating := encoder.EncodeAll(zeros, nil) // the frame states its size
	var silent bytes.Buffer                  // this one does not
	encoder.Reset(&silent)
	if _, err := encoder.Write(zeros); err != nil {
		t.Fatal(err)
	}
	if err := encoder.Close(); err != nil {
		t.Fatal(err)
	}
	small := encoder.EncodeAll(zeros[:100], nil)
	text := []byte("text")
	c := compress.Codecs
	for name, p := range map[string]struct {
		body  []byte
		head  pageHeader
		codec compress.Compression
		want  error
	}{
		"zstd":                            {small, pageHeader{decompressed: 100}, c.Zstd, nil},
		"zstd that states more":           {stating, pageHeader{decompressed: 100}, c.Zstd, errBomb},
		"zstd that makes more":            {silent.Bytes(), pageHeader{decompressed: 100}, c.Zstd, errBomb},
		"zstd that makes as much":         {silent.Bytes(), pageHeader{decompressed: 64 << 20}, c.Zstd, nil},
		"zstd of two frames":              {append(bytes.Clone(small), stating...), pageHeader{decompressed: 100}, c.Zstd, errBomb},
		"zstd cut short":                  {small[:len(small)-8], pageHeader{decompressed: 100}, c.Zstd, io.ErrUnexpectedEOF},
		"snappy":                          {[]byte{4, 12, 't', 'e', 'x', 't'}, pageHeader{decompressed: 4}, c.Snappy, nil},
		"snappy of 4 GB":                  {[]byte{0xFF, 0xFF, 0xFF, 0xFF, 0x0F}, pageHeader{decompressed: 4}, c.Snappy, errBomb},
		"uncompressed":                    {text, pageHeader{decompressed: 4}, c.Uncompressed, nil},
		"uncompressed of another size":    {text, pageHeader{decompressed: 5}, c.Uncompressed, errPageSize},
		"not compressed, of another size": {text, pageHeader{kind: dataPageV2, plain: true, decompressed: 5}, c.Zstd, errPageSize},
		"beyond the file":                 {text, pageHeader{compressed: 5, decompressed: 5}, c.Uncompressed, errPageSize},
		"negative":                        {text, pageHeader{compressed: -1}, c.Uncompressed, errPageSize},
		"more levels than bytes":          {text, pageHeader{kind: dataPageV2, levels: 5, decompressed: 4}, c.Uncompressed, errPageSize},
		"too large":                       {text, pageHeader{decompressed: maxPage + 1}, c.Gzip, errPageLimit},
		"too large a dictionary":          {text, pageHeader{kind: dictionaryPage, decompressed: maxDictionary + 1}, c.Gzip, errPageLimit},
		"dictionary without bytes":        {text, pageHeader{kind: dictionaryPage, decompressed: 4, values: 5}, c.Gzip, errDictionary},
		"too many lengths":                {text, pageHeader{decompressed: 4, values: 1 << 30, encoding: deltaByteArray}, c.Gzip, errPageLimit},
		"unknown kind":                    {text, pageHeader{kind: 1, decompressed: 4}, c.Uncompressed, errPageKind},
		"right checksum":                  {text, pageHeader{decompressed: 4, hasCRC: true, crc: crc32.ChecksumIEEE(text)}, c.Uncompressed, nil},
		"wrong checksum":                  {text, pageHeader{decompressed: 4, hasCRC: true, crc: 1}, c.Uncompressed, errChecksum},
	} {
		if p.head.compressed == 0 {
			p.head.compressed = int64(len(p.body))
		}
		err := provePage(io.NewSectionReader(bytes.NewReader(p.body), 0, int64(len(p.body))), p.head, p.codec)
		if !errors.Is(err, p.want) {
			t.Errorf("%s: got %v, want %v", name, err, p.want)
		}
	}
}
