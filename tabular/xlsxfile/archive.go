package xlsxfile

import (
	"archive/zip"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

const (
	// DefaultMaxUnzipped is how many bytes the parts that are read may unfold to where Options says nothing: a sheet of 1,000,000
	// rows of 40 columns has some 1.6 GiB.
	DefaultMaxUnzipped = 8 << 30
	// A part that unfolds to more than maxRatio times its size in the archive, and to more than ratioFrom bytes, is a bomb: sheets
	// of nothing but equal cells come to 60, deflate can make 1,000.
	maxRatio  = 200
	ratioFrom = 16 << 20
	// maxMetadata bounds a part that is held in memory: the list of sheets, the styles.
	maxMetadata = 32 << 20
)

var (
	errBomb       = errors.New("the part unfolds beyond the limit")
	errTooLarge   = errors.New("the part is too large")
	errChecksum   = errors.New("the part has no checksum, or a wrong one")
	errRepeated   = errors.New("the part stands in the archive twice")
	errNoPassword = errors.New("the part is encrypted")
)

// archive is the ZIP archive that a workbook is.
type archive struct {
	from  storage.File
	size  int64
	parts map[string][]*zip.File // by name in lower case: names of parts do not depend on case
	limit int64                  // bytes that a pass may unfold
}

func openArchive(from storage.File, file io.ReaderAt, size, limit int64) (*archive, error) {
	z, err := zip.NewReader(file, size)
	if err != nil {
		e := from.Fault("truncated-file", "the ZIP archive that a workbook is has no table of contents", "the file may be cut off: copy or export it again")
		if !errors.Is(err, zip.ErrFormat) {
			e = from.Fault("damaged-file", "the ZIP archive that a workbook is cannot be read: "+storage.Cause(err), "copy or export it again")
		}
		e.Err = err
		return nil, e
	}
	a := &archive{from: from, size: size, parts: make(map[string][]*zip.File, len(z.File)), limit: limit}
	for _, f := range z.File {
		name := partName(f.Name)
		a.parts[name] = append(a.parts[name], f)
	}
	return a, nil
}

// partName is what parts are looked up by: some programs write backslashes or a slash in front.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

func (a *archive) has(name string) bool { return len(a.parts[partName(name)]) > 0 }

// budget is what one reading may still take.
type budget struct {
	left int64        // bytes that parts may unfold to
	err  func() error // of the context: it ends the reading
}

func (a *archive) budget(ctx context.Context) *budget { return &budget{a.limit, ctx.Err} }

// open opens a part. Which of two parts of one name counts is anybody's guess, so there must be one.
func (a *archive) open(name string, b *budget) (*part, error) {
	entries := a.parts[partName(name)]
	switch {
	case len(entries) == 0:
		return nil, a.fault("damaged-file", name, "is missing", nil)
	case len(entries) > 1:
		return nil, a.failed(name, errRepeated)
	case entries[0].Flags&1 != 0:
		return nil, a.failed(name, errNoPassword)
	}
	r, err := entries[0].Open()
	if err != nil {
		return nil, a.failed(name, err)
	}
	compressed := int64(min(entries[0].CompressedSize64, uint64(a.size))) // more than that is not there, whatever the entry says
	return &part{r: r, compressed: compressed, budget: b, unchecked: entries[0].CRC32 == 0}, nil
}

// read is a whole part of metadata.
func (a *archive) read(name string, b *budget) ([]byte, error) {
	p, err := a.open(name, b)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(p, maxMetadata+1))
	if err == nil && len(data) > maxMetadata {
		err = errTooLarge
	}
	if err = errors.Join(err, p.Close()); err != nil {
		return nil, a.failed(name, err)
	}
	return data, nil
}

func (a *archive) fault(code, name, problem string, err error) *tabular.FileError {
	e := a.from.Fault(code, fmt.Sprintf("the part %s of the workbook %s", name, problem), "copy or export the file again")
	e.Err = err
	return e
}

// failed is the fault of a part that could not be read, by what the error is. That of a context stays what it is.
func (a *archive) failed(name string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	corrupt := flate.CorruptInputError(0)
	switch syntax, malformed := errors.AsType[*syntaxError](err); {
	case malformed:
		e := a.fault("malformed-file", name, "is malformed: "+syntax.Error(), err)
		e.Hint = "open it in a spreadsheet program and save it again"
		return e
	case errors.Is(err, errTruncated), errors.Is(err, io.ErrUnexpectedEOF):
		return a.fault("truncated-file", name, "is cut off", err)
	case errors.Is(err, zip.ErrChecksum), errors.Is(err, errChecksum), errors.As(err, &corrupt):
		return a.fault("damaged-file", name, "is damaged: its checksum is wrong or its data cannot be unpacked", err)
	case errors.Is(err, errBomb), errors.Is(err, errTooLarge), errors.Is(err, errTooManyStrings):
		e := a.fault("zip-bomb", name, "unfolds to more than a workbook's does: "+err.Error(), err)
		e.Hint = "if the workbook is yours, clear the formats of unused rows and columns, split it, or save the sheet as CSV"
		return e
	case errors.Is(err, errRepeated):
		return a.fault("damaged-file", name, "stands in the archive twice", err)
	case errors.Is(err, errNoPassword):
		e := a.fault("encrypted-file", name, "is encrypted", err)
		e.Hint = "pack it again without a password"
		return e
	default:
		return a.fault("unreadable-file", name, "cannot be read: "+storage.Cause(err), err)
	}
}

// part is a part of the workbook as it is read. Its end, io.EOF, proves that it is whole: package zip compares size and checksum, and
// what it leaves out is added here.
type part struct {
	r          io.ReadCloser
	compressed int64
	read       int64
	budget     *budget
	unchecked  bool // the entry has no checksum, so package zip does not look
	sum        uint32
}

func (p *part) Read(b []byte) (int, error) {
	if err := p.budget.err(); err != nil {
		return 0, err
	}
	n, err := p.r.Read(b)
	p.read += int64(n)
	p.budget.left -= int64(n)
	if p.budget.left < 0 {
		return 0, fmt.Errorf("%w of all parts together", errBomb)
	}
	if p.read > ratioFrom && p.read/maxRatio > p.compressed {
		return 0, fmt.Errorf("%w of %d times its packed size", errBomb, maxRatio)
	}
	if p.unchecked {
		p.sum = crc32.Update(p.sum, crc32.IEEETable, b[:n])
		if errors.Is(err, io.EOF) && p.sum != 0 {
			return 0, errChecksum
		}
	}
	return n, err
}

func (p *part) Close() error { return p.r.Close() }
