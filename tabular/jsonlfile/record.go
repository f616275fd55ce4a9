package jsonlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"attio-etl/tabular"
)

// maxDepth is how many objects may stand within each other: more is no table.
const maxDepth = 64

// fault is what is wrong with a row.
type fault struct {
	code       string
	problem    string
	hint       string
	unfinished bool // the text ends within the object
}

func (f *fault) Error() string { return f.problem }

// record reads rows. Its buffers are used again for each.
type record struct {
	text    bytes.Buffer
	tokens  *jsontext.Decoder
	path    []byte
	put     func(path []byte, c tabular.Cell) bool
	strange bool // there was a path that put did not take
}

// read hands the cells of a row's text to put, which reports false for a path that there must not be. What it handed over of a row with
// a fault means nothing.
func (r *record) read(text []byte, put func(path []byte, c tabular.Cell) bool) *fault {
	if !utf8.Valid(text) {
		return &fault{code: "invalid-utf8", problem: "the row is not valid UTF-8", hint: "convert the file to UTF-8"}
	}
	r.text.Reset()
	r.text.Write(text)
	if r.tokens == nil {
		r.tokens = jsontext.NewDecoder(&r.text)
	} else {
		r.tokens.Reset(&r.text)
	}
	r.path, r.put, r.strange = r.path[:0], put, false
	if kind := r.tokens.PeekKind(); kind != '{' && kind != 0 {
		return &fault{code: "not-an-object", problem: "the row is not an object but " + kindName(kind), hint: "each row is an object: its names are the columns"}
	}
	err := r.object(0)
	if err == nil {
		err = r.end()
	}
	if err == nil && r.strange {
		return &fault{code: "source-changed", problem: "the row has a member that was not there before", hint: "start again: the file was replaced"}
	}
	return explain(err)
}

// end makes sure that nothing follows the object.
func (r *record) end() error {
	_, err := r.tokens.ReadToken()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err == nil:
		return &fault{code: "bad-json", problem: "something follows the object", hint: "each object stands on a line of its own"}
	default:
		return err
	}
}

// explain makes a fault of an error of the tokenizer.
func explain(err error) *fault {
	f, isFault := errors.AsType[*fault](err)
	syntax, isSyntax := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case err == nil:
		return nil
	case isFault:
		return f
	case errors.Is(err, jsontext.ErrDuplicateName) && isSyntax:
		return &fault{code: "duplicate-key", problem: fmt.Sprintf("the name %q stands there twice", syntax.JSONPointer.LastToken()), hint: "keep one of them"}
	case isSyntax && !errors.Is(err, io.ErrUnexpectedEOF):
		return &fault{code: "bad-json", problem: syntaxText(syntax)}
	default:
		return &fault{code: "bad-json", problem: "the row ends within its object", unfinished: true}
	}
}

// syntaxText is a fault of the syntax and where it is.
func syntaxText(e *jsontext.SyntacticError) string {
	problem := "this is no JSON: " + strings.TrimPrefix(e.Err.Error(), "jsontext: ")
	if where := e.JSONPointer; where != "" {
		problem += fmt.Sprintf(" (in %s)", where)
	}
	return problem
}

// object reads an object whose path is r.path.
func (r *record) object(depth int) error {
	if _, err := r.tokens.ReadToken(); err != nil {
		return err
	}
	if depth == maxDepth {
		return &fault{code: "too-deep", problem: fmt.Sprintf("more than %d objects stand within each other", maxDepth), hint: "flatten them"}
	}
	length := len(r.path)
	for empty := true; ; empty = false {
		name, err := r.tokens.ReadToken()
		if err != nil {
			return err
		}
		if name.Kind() == '}' {
			if empty && depth > 0 {
				r.set(tabular.Cell{})
			}
			return nil
		}
		r.path = append(append(r.path, separator...), name.String()...)
		if err := r.value(depth); err != nil {
			return err
		}
		r.path = r.path[:length]
	}
}

func (r *record) value(depth int) error {
	switch r.tokens.PeekKind() {
	case '{':
		return r.object(depth + 1)
	case '[':
		return r.array()
	default:
		token, err := r.tokens.ReadToken()
		if err != nil {
			return err
		}
		r.set(scalar(token))
		return nil
	}
}

// set hands over the cell of r.path.
func (r *record) set(c tabular.Cell) { r.strange = !r.put(r.path, c) || r.strange }

func scalar(token jsontext.Token) tabular.Cell {
	switch token.Kind() {
	case '"':
		return tabular.StringCell(token.String())
	case '0':
		return number(token.String())
	case 't', 'f':
		return tabular.BoolCell(token.Bool())
	default: // null
		return tabular.Cell{}
	}
}

// array reads an array: a list, or text where it holds more than single values.
func (r *record) array() error {
	text, err := r.tokens.ReadValue()
	if err != nil {
		return err
	}
	elements := jsontext.NewDecoder(bytes.NewReader(text))
	if _, err := elements.ReadToken(); err != nil {
		return err
	}
	var list []tabular.Cell
	for {
		token, err := elements.ReadToken()
		if err != nil {
			return err
		}
		switch token.Kind() {
		case ']':
			r.set(tabular.ListCell(list))
			return nil
		case '[', '{':
			r.set(tabular.StringCell(string(text)))
			return nil
		default:
			list = append(list, scalar(token))
		}
	}
}
