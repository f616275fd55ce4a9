package xlsxfile

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// startTag takes a start tag with its attributes.
func (s *scanner) startTag() error {
	end, err := s.tagEnd()
	if err != nil {
		return err
	}
	tag := s.buf[s.pos+1 : s.pos+end]
	if tag[len(tag)-1] == '/' {
		s.closes, tag = true, tag[:len(tag)-1]
	}
	n := nameLength(tag)
	if n == 0 || n > maxName {
		return s.bad("a tag has no name that XML allows")
	}
	if err := s.attributes(tag[n:]); err != nil {
		return err
	}
	if err := s.push(tag[:n]); err != nil {
		return err
	}
	s.name = local(tag[:n])
	s.pos += end + 1
	return nil
}

// tagEnd is the offset from pos of the ">" that ends the tag: one in an attribute's value does not.
func (s *scanner) tagEnd() (int, error) {
	quote := byte(0)
	for i := 1; ; {
		for end := s.end - s.pos; i < end; i++ {
			switch b := s.buf[s.pos+i]; {
			case quote != 0:
				if b == quote {
					quote = 0
				}
			case b == '"' || b == '\'':
				quote = b
			case b == '>':
				if i == 1 {
					return 0, s.bad("a tag has no name")
				}
				return i, nil
			}
		}
		if i > maxMarkup {
			return 0, s.bad("a tag does not end within %d bytes", maxMarkup)
		}
		if err := s.need(i + 1); err != nil {
			return 0, err
		}
		if s.end-s.pos <= i {
			return 0, errTruncated
		}
	}
}

// attributes splits what follows the name in a start tag.
func (s *scanner) attributes(rest []byte) error {
	s.attrs, s.decoded = s.attrs[:0], s.decoded[:0]
	for {
		trimmed := trimLeft(rest)
		if len(trimmed) == 0 {
			return nil
		}
		n := nameLength(trimmed)
		if n == 0 || len(trimmed) == len(rest) {
			return s.bad("an attribute has no name that XML allows")
		}
		if len(s.attrs) == maxAttributes {
			return s.bad("a tag has more than %d attributes", maxAttributes)
		}
		name := trimmed[:n]
		value, after, ok := attributeValue(trimmed[n:])
		if !ok {
			return s.bad("the attribute %.40s has no value in quotes", name)
		}
		if _, twice := s.attr(string(name)); twice {
			return s.bad("the attribute %.40s stands twice in one tag", name)
		}
		value, err := s.decode(value)
		if err != nil {
			return err
		}
		s.attrs = append(s.attrs, attribute{name, value})
		rest = after
	}
}

func attributeValue(text []byte) (value, rest []byte, ok bool) {
	text = trimLeft(text)
	if len(text) == 0 || text[0] != '=' {
		return nil, nil, false
	}
	text = trimLeft(text[1:])
	if len(text) == 0 || (text[0] != '"' && text[0] != '\'') {
		return nil, nil, false
	}
	end := bytes.IndexByte(text[1:], text[0])
	if end < 0 || bytes.IndexByte(text[1:1+end], '<') >= 0 {
		return nil, nil, false
	}
	return text[1 : 1+end], text[end+2:], true
}

// nameLength is the length of the qualified name at the start of text, 0 where there is none. Names of XLSX are ASCII.
func nameLength(text []byte) int {
	colon := -1
	for i, b := range text {
		switch {
		case b|0x20 >= 'a' && b|0x20 <= 'z', b == '_':
		case (b >= '0' && b <= '9' || b == '-' || b == '.') && i > colon+1:
		case b == ':' && colon < 0 && i > 0:
			colon = i
		case i == colon+1 || b == ':' || b >= utf8.RuneSelf || b == '-' || b == '.' || (b >= '0' && b <= '9'):
			return 0
		default:
			return i
		}
	}
	if len(text) == colon+1 {
		return 0
	}
	return len(text)
}

// decode replaces entities and line ends. Where there are none the result is raw itself.
func (s *scanner) decode(raw []byte) ([]byte, error) {
	if !validText(raw) {
		return nil, s.bad("the text holds characters that XML does not have")
	}
	if bytes.IndexByte(raw, '&') < 0 {
		return s.lineEnds(raw), nil
	}
	start := len(s.decoded)
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			s.decoded = appendLines(s.decoded, raw)
			break
		}
		s.decoded = appendLines(s.decoded, raw[:i])
		end := bytes.IndexByte(raw[i:], ';')
		if end < 0 {
			return nil, s.bad("an ampersand starts no entity")
		}
		r, ok := entity(string(raw[i+1 : i+end]))
		if !ok {
			return nil, s.bad("&%.40s; is no entity of XML", raw[i+1:i+end])
		}
		s.decoded = utf8.AppendRune(s.decoded, r)
		raw = raw[i+end+1:]
	}
	return s.decoded[start:], nil
}

// lineEnds makes \n of \r\n and of \r, as XML demands: a carriage return that counts is written as an entity.
func (s *scanner) lineEnds(raw []byte) []byte {
	if bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	start := len(s.decoded)
	s.decoded = appendLines(s.decoded, raw)
	return s.decoded[start:]
}

func appendLines(to, raw []byte) []byte {
	for i, b := range raw {
		switch {
		case b != '\r':
			to = append(to, b)
		case i+1 == len(raw) || raw[i+1] != '\n':
			to = append(to, '\n')
		}
	}
	return to
}

// entity is the character that a reference stands for.
func entity(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !validRune(rune(n)) {
		return 0, false
	}
	return rune(n), true
}

// validRune reports whether XML has the character.
func validRune(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || (r >= ' ' && r < 0xD800) || (r > 0xDFFF && r < 0xFFFE) || (r >= 0x10000 && r <= utf8.MaxRune)
}
