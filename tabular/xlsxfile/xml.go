package xlsxfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	scanBuffer = 64 << 10
	// maxMarkup bounds a tag or comment, maxText a run of text: more than the largest text that the API takes (10 MB, contract §9).
	maxMarkup = 1 << 20
	maxText   = 16 << 20
	maxDepth  = 256
	maxName   = 256
	// maxAttributes bounds the search for one that stands twice.
	maxAttributes = 256
)

type tokenKind uint8

const (
	startTag tokenKind = iota
	endTag
	charData
	documentEnd
)

// attribute is an attribute of a tag: its qualified name and its value, entities replaced.
type attribute struct{ name, value []byte }

// scanner splits an XML document into tokens. It takes what is well-formed XML 1.0 in UTF-8 without a document type, which is what
// XLSX consists of, and refuses everything else. It is some ten times as fast as encoding/xml, which it is fuzzed against.
//
// Slices that it hands out are valid until the next token.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	base     int64 // offset in the document of buf[0]
	readErr  error // why reading ended, io.EOF at the true end

	name  []byte // of the current tag, without prefix
	attrs []attribute
	text  []byte // of the current charData, entities replaced

	open      []element
	names     []byte // the qualified names of the open elements, one behind the other
	closes    bool   // the current start tag is an empty element, so its end comes next
	rootSeen  bool
	collected []byte // by collect
	rich      []byte // by richText
	decoded   []byte // what text and attrs are where they are not as written
}

// element is an open element: where its name starts in scanner.names, and whether blanks in it count (xml:space).
type element struct {
	name     int
	preserve bool
}

// syntaxError is what keeps a document from being well-formed.
type syntaxError struct {
	offset  int64 // in the document, in bytes
	problem string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.offset, e.problem) }

// errTruncated is the end of a document inside of it.
var errTruncated = errors.New("the XML ends before the document does")

func newScanner(r io.Reader) *scanner { return &scanner{r: r, buf: make([]byte, scanBuffer)} }

func (s *scanner) bad(format string, args ...any) error {
	return &syntaxError{s.base + int64(s.pos), fmt.Sprintf(format, args...)}
}

// depth is how many elements are open.
func (s *scanner) depth() int { return len(s.open) }

// preserves reports whether blanks at the ends of text count where the scanner stands.
func (s *scanner) preserves() bool { return len(s.open) > 0 && s.open[len(s.open)-1].preserve }

// more reads on. What stands before pos is given up.
func (s *scanner) more() error {
	if s.readErr != nil {
		return s.readErr
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.base += int64(s.pos)
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	n, err := s.r.Read(s.buf[s.end:])
	s.end += n
	if err != nil {
		s.readErr = err
		if n > 0 {
			return nil
		}
	}
	return err
}

// need makes n bytes available; at the end of the document there may be fewer.
func (s *scanner) need(n int) error {
	for s.end-s.pos < n {
		if err := s.more(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// find is the offset from pos of a mark at or behind from. Not finding it is an error, errTruncated at the end of the document.
func (s *scanner) find(mark string, from, limit int) (int, error) {
	for {
		if i := bytes.Index(s.buf[min(s.pos+from, s.end):s.end], []byte(mark)); i >= 0 {
			return from + i, nil
		}
		from = max(from, s.end-s.pos-len(mark)+1)
		if s.end-s.pos > limit {
			return 0, s.bad("no %q within %d bytes", mark, limit)
		}
		if err := s.more(); errors.Is(err, io.EOF) {
			return 0, errTruncated
		} else if err != nil {
			return 0, err
		}
	}
}

// next is the next token. Its error is a *syntaxError, errTruncated, or that of the reader.
func (s *scanner) next() (tokenKind, error) {
	if s.closes {
		s.closes = false
		s.pop()
		return endTag, nil
	}
	for {
		if s.pos == s.end {
			if err := s.more(); errors.Is(err, io.EOF) {
				return s.finish()
			} else if err != nil {
				return 0, err
			}
		}
		if s.base+int64(s.pos) == 0 {
			if err := s.start(); err != nil {
				return 0, err
			}
		}
		if s.pos == s.end || s.buf[s.pos] != '<' {
			if done, err := s.plainText(); done || err != nil {
				return charData, err
			}
			continue
		}
		if kind, done, err := s.markup(); done || err != nil {
			return kind, err
		}
	}
}

func (s *scanner) finish() (tokenKind, error) {
	if len(s.open) > 0 || !s.rootSeen {
		return 0, errTruncated
	}
	return documentEnd, nil
}

// start looks at the first bytes: the encoding is stated there.
func (s *scanner) start() error {
	const declaration = len("<?xml ")
	if err := s.need(declaration); err != nil {
		return err
	}
	head := s.buf[s.pos:s.end]
	if bytes.HasPrefix(head, []byte("\xFF\xFE")) || bytes.HasPrefix(head, []byte("\xFE\xFF")) {
		return s.bad("the XML is UTF-16")
	}
	if bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")) {
		s.pos += 3
		if err := s.need(declaration); err != nil {
			return err
		}
	}
	head = s.buf[s.pos:s.end]
	if len(head) < declaration || string(head[:declaration-1]) != "<?xml" || !isBlank(head[declaration-1]) {
		return nil
	}
	end, err := s.find("?>", declaration, maxMarkup)
	if err != nil {
		return err
	}
	text := string(s.buf[s.pos+declaration : s.pos+end])
	if version := declared(text, "version"); version != "" && version != "1.0" {
		return s.bad("the XML is of version %q", version)
	}
	if encoding := declared(text, "encoding"); encoding != "" && !strings.EqualFold(encoding, "utf-8") {
		return s.bad("the XML is in the encoding %q", encoding)
	}
	s.pos += end + 2
	return nil
}

// declared is what an XML declaration says of its version or encoding, empty where it says nothing.
func declared(declaration, name string) string {
	_, rest, found := strings.Cut(declaration, name)
	rest = strings.TrimLeft(rest, " \t\r\n=")
	if !found || rest == "" {
		return ""
	}
	value, _, _ := strings.Cut(rest[1:], rest[:1])
	return value
}

// plainText takes text up to the next tag. It is no token outside the root, where only blanks are allowed.
func (s *scanner) plainText() (token bool, err error) {
	n, err := s.find("<", 0, maxText)
	if errors.Is(err, errTruncated) && len(s.open) == 0 {
		n, err = s.end-s.pos, nil
	}
	if err != nil {
		return false, err
	}
	raw := s.buf[s.pos : s.pos+n]
	if len(s.open) == 0 {
		if len(trimBlanks(raw)) > 0 {
			return false, s.bad("there is text outside the document")
		}
		s.pos += n
		return false, nil
	}
	if bytes.Contains(raw, []byte("]]>")) {
		return false, s.bad("]]> stands in text")
	}
	s.decoded = s.decoded[:0]
	if s.text, err = s.decode(raw); err != nil {
		return false, err
	}
	s.pos += n
	return true, nil
}

// markup takes what starts with "<". Comments and processing instructions are no tokens.
func (s *scanner) markup() (kind tokenKind, token bool, err error) {
	if err := s.need(2); err != nil {
		return 0, false, err
	}
	if s.end-s.pos < 2 {
		return 0, false, errTruncated
	}
	switch s.buf[s.pos+1] {
	case '/':
		return endTag, true, s.endTag()
	case '?':
		return 0, false, s.instruction()
	case '!':
		return s.declaration()
	default:
		return startTag, true, s.startTag()
	}
}

func (s *scanner) instruction() error {
	end, err := s.find("?>", 2, maxMarkup)
	if err != nil {
		return err
	}
	target := s.buf[s.pos+2 : s.pos+end]
	if n := nameLength(target); n == 0 || strings.EqualFold(string(target[:n]), "xml") {
		return s.bad("a processing instruction is not one")
	}
	if !validText(target) {
		return s.bad("a processing instruction holds characters that XML does not have")
	}
	s.pos += end + 2
	return nil
}

// declaration takes a comment or a CDATA section. A document type is refused: entities of its own could make text out of nothing.
func (s *scanner) declaration() (kind tokenKind, token bool, err error) {
	if err := s.need(len("<![CDATA[")); err != nil {
		return 0, false, err
	}
	head := s.buf[s.pos:s.end]
	switch {
	case bytes.HasPrefix(head, []byte("<!--")):
		return 0, false, s.comment()
	case bytes.HasPrefix(head, []byte("<![CDATA[")) && len(s.open) > 0:
		return charData, true, s.cdata()
	case len(head) < len("<![CDATA["):
		return 0, false, errTruncated
	default:
		return 0, false, s.bad("there is a document type or another declaration")
	}
}

func (s *scanner) comment() error {
	end, err := s.find("--", 4, maxMarkup)
	if err != nil {
		return err
	}
	if err := s.need(end + 3); err != nil {
		return err
	}
	switch text := s.buf[s.pos:s.end]; {
	case len(text) < end+3:
		return errTruncated
	case text[end+2] != '>' || !validText(text[4:end]):
		return s.bad("a comment is not one")
	}
	s.pos += end + 3
	return nil
}

func (s *scanner) cdata() error {
	const head = len("<![CDATA[")
	end, err := s.find("]]>", head, maxText)
	if err != nil {
		return err
	}
	raw := s.buf[s.pos+head : s.pos+end]
	if !validText(raw) {
		return s.bad("the text holds characters that XML does not have")
	}
	s.decoded = s.decoded[:0]
	s.text = s.lineEnds(raw)
	s.pos += end + 3
	return nil
}

func (s *scanner) endTag() error {
	end, err := s.find(">", 2, maxMarkup)
	if err != nil {
		return err
	}
	name := s.buf[s.pos+2 : s.pos+end]
	for len(name) > 0 && isBlank(name[len(name)-1]) {
		name = name[:len(name)-1]
	}
	if len(s.open) == 0 || !bytes.Equal(name, s.names[s.open[len(s.open)-1].name:]) {
		return s.bad("</%.40s> closes nothing", name)
	}
	s.pos += end + 1
	s.pop()
	return nil
}

// pop closes the innermost element and makes its name the current one.
func (s *scanner) pop() {
	last := len(s.open) - 1
	s.name = local(s.names[s.open[last].name:])
	s.names = s.names[:s.open[last].name]
	s.open = s.open[:last]
}

func (s *scanner) push(name []byte) error {
	if len(s.open) == 0 && s.rootSeen {
		return s.bad("there is a second document")
	}
	if len(s.open) == maxDepth {
		return s.bad("elements are nested more than %d deep", maxDepth)
	}
	preserve := s.preserves()
	if v, ok := s.attr("xml:space"); ok {
		preserve = string(v) == "preserve"
	}
	s.rootSeen = true
	s.open = append(s.open, element{len(s.names), preserve})
	s.names = append(s.names, name...)
	return nil
}

// attr is the value of an attribute of the current start tag.
func (s *scanner) attr(name string) (value []byte, ok bool) {
	for _, a := range s.attrs {
		if string(a.name) == name {
			return a.value, true
		}
	}
	return nil, false
}

// collect is the text of the current element up to its end, which is read too. Elements inside it are an error. It is valid until the
// next collect.
func (s *scanner) collect() ([]byte, error) {
	s.collected = s.collected[:0]
	for {
		kind, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case kind == charData:
			if s.collected = append(s.collected, s.text...); len(s.collected) > maxText {
				return nil, s.bad("a text has more than %d bytes", maxText)
			}
		case kind == endTag:
			return s.collected, nil
		default:
			return nil, s.bad("<%.40s> stands where text is due", s.name)
		}
	}
}

// skip reads on behind the end of the current element.
func (s *scanner) skip() error {
	for outer := s.depth() - 1; s.depth() > outer; {
		if _, err := s.next(); err != nil {
			return err
		}
	}
	return nil
}

// local is a qualified name without its prefix.
func local(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }

// trimBlanks cuts what XML calls white space: other blanks are text.
func trimBlanks(text []byte) []byte {
	text = trimLeft(text)
	for len(text) > 0 && isBlank(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}

func trimLeft(text []byte) []byte {
	for len(text) > 0 && isBlank(text[0]) {
		text = text[1:]
	}
	return text
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

// validText reports whether text is valid UTF-8 of characters that XML allows.
func validText(text []byte) bool {
	plain := true
	for _, b := range text {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' {
			return false
		}
		plain = plain && b < utf8.RuneSelf
	}
	return plain || (utf8.Valid(text) && !bytes.Contains(text, []byte("\uFFFE")) && !bytes.Contains(text, []byte("\uFFFF")))
}
