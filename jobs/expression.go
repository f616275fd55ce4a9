package jobs

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"attio-etl/internal/diag"
)

// Expression is a text of the expression language, which package mapping compiles. It is taken as it is written: a variable in it would
// be read as code.
type Expression struct {
	Text
	places []diag.Pos // of its characters and of its end; nil where they could not be made out
}

// At is where the character at an offset, counted in characters, stands in the job file, whatever the style of quotes or the block that
// the expression is written in. The offset just behind the last character is the expression's end.
func (e Expression) At(offset int) diag.Pos {
	if offset < 0 || len(e.places) == 0 {
		return e.Pos
	}
	return e.places[min(offset, len(e.places)-1)]
}

// maxExpression bounds an expression, in bytes.
const maxExpression = 10_000

func (r *reader) expression(n *yaml.Node, what string) (Expression, bool) {
	if raw := resolve(n); raw.Kind == yaml.ScalarNode && strings.Contains(raw.Value, "${") {
		r.findings.Add(diag.Finding{
			Code: CodeVariable, Pos: r.pos(n), Problem: what + " is an expression, which reads no variables", Got: raw.Value,
			Hint: `write the text itself, or use "value: ${NAME}" for a constant`,
		})
		return Expression{}, false
	}
	t, ok := r.filled(n, what, `an expression, such as Status != "Archived"`)
	if ok && len(t.Value) > maxExpression {
		r.findings.Add(diag.Finding{
			Code: CodeTooLarge, Pos: t.Pos, Problem: fmt.Sprintf("%s has more than %d bytes", what, maxExpression),
			Hint: "prepare the column before the import",
		})
		ok = false
	}
	if !ok {
		return Expression{}, false
	}
	return Expression{Text: t, places: r.places(resolve(n))}, true
}

// places finds the characters of a scalar in the file. White space is skipped on both sides, as YAML folds and indents it.
func (r *reader) places(n *yaml.Node) []diag.Pos {
	c := cursor{rest: restAt(r.data, n.Line, n.Column), pos: r.pos(n), style: n.Style}
	c.open()
	places := make([]diag.Pos, 0, len(n.Value)+1)
	for _, char := range n.Value {
		if !unicode.IsSpace(char) {
			c.skipSpace()
			places = append(places, c.pos)
			if !c.take(char) {
				return nil
			}
			continue
		}
		places = append(places, c.pos)
	}
	return append(places, c.pos)
}

// cursor walks over the scalar of a job file.
type cursor struct {
	rest  []byte
	pos   diag.Pos
	style yaml.Style
}

// peek is the character at an offset from the cursor, 0 behind the end.
func (c *cursor) peek(offset int) rune {
	rest := c.rest
	for range offset {
		_, size := utf8.DecodeRune(rest)
		rest = rest[size:]
	}
	if len(rest) == 0 {
		return 0
	}
	char, _ := utf8.DecodeRune(rest)
	return char
}

func (c *cursor) advance(characters int) {
	for range characters {
		char, size := utf8.DecodeRune(c.rest)
		c.rest = c.rest[size:]
		c.pos.Col++
		if char == '\n' {
			c.pos.Line, c.pos.Col = c.pos.Line+1, 1
		}
	}
}

// open goes to the first character of the scalar: past its anchor, its tag, and its quote or the header of its block.
func (c *cursor) open() {
	for c.peek(0) == '&' || c.peek(0) == '!' {
		for c.peek(0) != 0 && !unicode.IsSpace(c.peek(0)) {
			c.advance(1)
		}
		for unicode.IsSpace(c.peek(0)) {
			c.advance(1)
		}
	}
	switch {
	case c.is(yaml.LiteralStyle | yaml.FoldedStyle):
		for c.peek(0) != 0 && c.peek(0) != '\n' {
			c.advance(1)
		}
	case c.is(yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle):
		c.advance(1)
	}
}

func (c *cursor) is(style yaml.Style) bool { return c.style&style != 0 }

// skipSpace passes over white space, and in double quotes over its escapes.
func (c *cursor) skipSpace() {
	for {
		switch char := c.peek(0); {
		case unicode.IsSpace(char):
			c.advance(1)
		case char == '\\' && c.is(yaml.DoubleQuotedStyle) && strings.ContainsRune(" \t\r\nnrt", c.peek(1)):
			c.advance(2)
		default:
			return
		}
	}
}

// hexDigits is how many digits follow an escape of double quotes.
var hexDigits = map[rune]int{'x': 2, 'u': 4, 'U': 8}

// take passes over one character of the value, which may be escaped, and reports whether it stands there.
func (c *cursor) take(char rune) bool {
	there := c.peek(0)
	switch {
	case there == 0:
		return false
	case there == '\\' && c.is(yaml.DoubleQuotedStyle):
		c.advance(2 + hexDigits[c.peek(1)])
		return true
	case there == '\'' && c.is(yaml.SingleQuotedStyle):
		c.advance(2)
		return true
	}
	c.advance(1)
	return there == char
}
