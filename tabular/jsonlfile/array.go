package jsonlfile

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// array finds the rows of an array of objects.
type array struct {
	source *Source
	in     *counter
	tokens *jsontext.Decoder
	inside bool // behind the [ of the array
	path   []string
}

// newArray lets names repeat and bytes be no UTF-8 where rows are told apart: that is the fault of one row, which record finds.
func newArray(s *Source, r io.Reader) *array {
	in := &counter{r: r, limit: s.opts.MaxRecord, line: 1}
	lax := []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
	return &array{source: s, in: in, tokens: jsontext.NewDecoder(in, lax...), path: s.opts.path()}
}

func (a *array) whole() bool { return true }

func (a *array) next() ([]byte, int64, error) {
	if !a.inside {
		if err := a.enter(); err != nil {
			return nil, 0, err
		}
		a.inside = true
	}
	if a.tokens.PeekKind() == ']' {
		return nil, 0, a.leave()
	}
	text, err := a.tokens.ReadValue()
	if err != nil {
		return nil, 0, a.failed(err)
	}
	end := a.tokens.InputOffset()
	a.in.mark = end
	return text, a.in.lineAt(end - int64(len(text))), nil
}

// enter reads up to the [ of the array.
func (a *array) enter() error {
	for i := range a.path {
		if err := a.enterMember(i); err != nil {
			return err
		}
	}
	if kind := a.tokens.PeekKind(); kind != '[' && kind != 0 {
		return a.noArray(kind)
	}
	_, err := a.tokens.ReadToken()
	return a.failed(err)
}

func (a *array) noArray(kind jsontext.Kind) error {
	hint := `name it with "json: {path: …}" where it is a member of an object; for an object on each line write "format: jsonl"`
	if len(a.path) > 0 {
		hint = "check json.path"
	}
	problem := fmt.Sprintf("there is no array but %s%s", kindName(kind), a.at(len(a.path)))
	return a.source.at(a.in.lineAt(a.tokens.InputOffset()), "no-array", problem, hint)
}

// at says where in the document the first so many names of the path lead.
func (a *array) at(n int) string {
	if n == 0 {
		return ""
	}
	return " at " + strings.Join(a.path[:n], ".")
}

// enterMember reads up to the value of a member of the path.
func (a *array) enterMember(i int) error {
	if kind := a.tokens.PeekKind(); kind != '{' && kind != 0 {
		return a.noMember(i, "there is "+kindName(kind))
	}
	if _, err := a.tokens.ReadToken(); err != nil {
		return a.failed(err)
	}
	found, err := a.seek(a.path[i])
	if err != nil {
		return err
	}
	if !found {
		return a.noMember(i, "there is an object without it")
	}
	return nil
}

func (a *array) noMember(i int, problem string) error {
	problem = fmt.Sprintf("the member %q cannot be found: %s%s", a.path[i], problem, a.at(i))
	return a.source.at(a.in.lineAt(a.tokens.InputOffset()), "no-array", problem, "check json.path")
}

// seek reads the members of an object up to the value of one with the name, or to the end of the object.
func (a *array) seek(name string) (found bool, err error) {
	for {
		token, err := a.tokens.ReadToken()
		if err != nil {
			return false, a.failed(err)
		}
		if token.Kind() == '}' {
			return false, nil
		}
		if token.String() == name {
			return true, nil
		}
		if err := a.skip(); err != nil {
			return false, err
		}
	}
}

// skip reads a value token by token, so that it may be larger than a row.
func (a *array) skip() error {
	for depth := a.tokens.StackDepth(); ; {
		if _, err := a.tokens.ReadToken(); err != nil {
			return a.failed(err)
		}
		a.in.mark = a.tokens.InputOffset()
		if a.tokens.StackDepth() == depth {
			return nil
		}
	}
}

// leave reads from the end of the array to the end of the document, which proves that nothing was left out (invariant I6).
func (a *array) leave() error {
	if _, err := a.tokens.ReadToken(); err != nil {
		return a.failed(err)
	}
	for _, name := range slices.Backward(a.path) {
		again, err := a.seek(name)
		if err != nil {
			return err
		}
		if again {
			problem := fmt.Sprintf("the member %q stands there twice: which of them holds the rows is uncertain", name)
			return a.source.at(a.in.lineAt(a.tokens.InputOffset()), "duplicate-key", problem, "")
		}
	}
	_, err := a.tokens.ReadToken()
	switch {
	case errors.Is(err, io.EOF) && a.in.err == nil:
		return io.EOF
	case err == nil:
		return a.source.at(a.in.lineAt(a.tokens.InputOffset()), "bad-json", "something follows the end of the document", "")
	default:
		return a.failed(err)
	}
}

// failed explains an error of the document. It is final: where a row ends is uncertain then.
func (a *array) failed(err error) error {
	line := a.in.lineAt(a.tokens.InputOffset())
	syntax, isSyntax := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case err == nil:
		return nil
	case errors.Is(a.in.err, errRecordTooLong):
		return a.source.recordTooLong(line)
	case a.in.err != nil:
		return a.source.unreadable(line, a.in.err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return a.source.at(line, "truncated-file", "the file ends before the end of the document", "the file may be cut off: export it again")
	case isSyntax:
		return a.source.at(a.in.lineAt(syntax.ByteOffset), "bad-json", syntaxText(syntax), "")
	default:
		return a.source.at(line, "bad-json", err.Error(), "")
	}
}

func kindName(kind jsontext.Kind) string {
	switch kind {
	case '{', '}':
		return "an object"
	case '[', ']':
		return "an array"
	case '"':
		return "a text"
	case '0':
		return "a number"
	default:
		return "a " + kind.String()
	}
}
