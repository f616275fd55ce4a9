package jobs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"attio-etl/internal/diag"
)

// root reads the bytes as the one YAML document that they have to be, and returns its node. It is nil where a finding says why.
func (r *reader) root(data []byte) *yaml.Node {
	if !r.checkBytes(data) {
		return nil
	}
	// Keys given twice are found by pairs, where all of them are reported and with the position of the first.
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithV4Defaults(), yaml.WithUniqueKeys(false))
	if err != nil {
		r.syntax(data, err)
		return nil
	}
	var doc, second yaml.Node
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF):
		r.findings.Add(diag.Finding{
			Code: CodeNoValue, Pos: diag.Pos{File: r.file, Line: 1, Col: 1}, Problem: "the job file is empty",
			Hint: `it starts with "version: 1" and an "import"`,
		})
		return nil
	case err != nil:
		r.syntax(data, err)
		return nil
	}
	switch err := loader.Load(&second); {
	case err == nil:
		r.findings.Add(diag.Finding{
			Code: CodeYAMLFeature, Pos: r.pos(&second), Problem: "a second document starts here",
			Hint: "a job file is one document: put the other one into a file of its own",
		})
		return nil
	case !errors.Is(err, io.EOF):
		r.syntax(data, err)
		return nil
	}
	node := doc.Content[0]
	if !r.checkSize(node) {
		return nil
	}
	return node
}

// maxSize bounds a job file, in bytes.
const maxSize = 1 << 20

// checkBytes finds what YAML cannot be made of, with its position, which the YAML library does not give.
func (r *reader) checkBytes(data []byte) bool {
	if len(data) > maxSize {
		r.findings.Add(diag.Finding{
			Code: CodeTooLarge, Pos: diag.Pos{File: r.file}, Problem: fmt.Sprintf("the job file has more than %d bytes", maxSize),
			Hint: "is it the data file?",
		})
		return false
	}
	pos := diag.Pos{File: r.file, Line: 1, Col: 1}
	for len(data) > 0 {
		c, size := utf8.DecodeRune(data)
		switch {
		case c == utf8.RuneError && size == 1:
			r.findings.Add(diag.Finding{
				Code: CodeSyntax, Pos: pos, Problem: fmt.Sprintf("byte 0x%02X is not UTF-8", data[0]), Hint: "save the file as UTF-8",
			})
			return false
		case c < ' ' && c != '\t' && c != '\n' && c != '\r':
			r.findings.Add(diag.Finding{
				Code: CodeSyntax, Pos: pos, Problem: fmt.Sprintf("control character U+%04X", c), Hint: "delete it",
			})
			return false
		case c == '\n':
			pos.Line, pos.Col = pos.Line+1, 0
		}
		data = data[size:]
		pos.Col++
	}
	return true
}

// syntax reports what the YAML library could not read. What to do about it is told by the characters at the place, as the
// library has no codes.
func (r *reader) syntax(data []byte, err error) {
	f := diag.Finding{Code: CodeSyntax, Pos: diag.Pos{File: r.file}, Problem: err.Error()}
	if e, ok := errors.AsType[*yaml.LoadError](err); ok {
		f = r.explain(data, e)
	}
	r.findings.Add(f)
}

func (r *reader) explain(data []byte, e *yaml.LoadError) diag.Finding {
	f := diag.Finding{
		Code: CodeSyntax, Problem: e.Message,
		Pos: diag.Pos{File: r.file, Line: int64(e.Mark.Line), Col: e.Mark.Column},
	}
	opened := charAt(data, e.ContextMark.Line, e.ContextMark.Column)
	switch found := charAt(data, e.Mark.Line, e.Mark.Column); {
	case opened == '"' || opened == '\'':
		f.Pos.Line, f.Pos.Col = int64(e.ContextMark.Line), e.ContextMark.Column
		f.Problem += " in a quoted text that starts here"
		f.Hint = `is the closing quote missing? In double quotes a backslash is written "\\"`
	case found == 0:
		f.Hint = "the file ends too early: is a bracket or a quote not closed?"
	case found == '\t':
		f.Hint = "indent with spaces, not with tabs"
	case found == ':':
		f.Hint = `a text that contains ": " needs quotes`
	case strings.ContainsRune("@`%*&!|>", found):
		f.Hint = fmt.Sprintf("a text that starts with %q needs quotes", found)
	case opened == '[' || opened == '{':
		f.Hint = fmt.Sprintf("is the %q of line %d closed, with commas between its elements?", opened, e.ContextMark.Line)
	default:
		f.Hint = "is the line indented like its neighbours?"
	}
	return f
}

// charAt is the character at a 1-based position, 0 where there is none.
func charAt(data []byte, line, col int) rune {
	rest := restAt(data, line, col)
	if len(rest) == 0 {
		return 0
	}
	c, _ := utf8.DecodeRune(rest)
	return c
}

// restAt is what stands from a 1-based position on.
func restAt(data []byte, line, col int) []byte {
	if line < 1 || col < 1 {
		return nil
	}
	for l := 1; l < line; l++ {
		_, rest, found := bytes.Cut(data, []byte("\n"))
		if !found {
			return nil
		}
		data = rest
	}
	if line == 1 {
		data = bytes.TrimPrefix(data, []byte("\ufeff")) // not counted as a character
	}
	for ; col > 1 && len(data) > 0; col-- {
		_, size := utf8.DecodeRune(data)
		data = data[size:]
	}
	return data
}

const (
	maxNodes = 200_000 // of a document with every alias replaced by what it stands for
	maxDepth = 50      // of a document; the language needs six
)

// checkSize refuses documents that are small to write and boundless to read: aliases of aliases, and aliases of themselves.
func (r *reader) checkSize(root *yaml.Node) bool {
	left := maxNodes
	var walk func(n *yaml.Node, depth int) bool
	walk = func(n *yaml.Node, depth int) bool {
		left--
		if left < 0 || depth > maxDepth {
			r.findings.Add(diag.Finding{
				Code: CodeTooLarge, Pos: r.pos(n),
				Problem: fmt.Sprintf("the job is more than %d levels deep or has more than %d values, aliases counted in full",
					maxDepth, maxNodes),
			})
			return false
		}
		if n.Kind == yaml.AliasNode {
			return walk(n.Alias, depth+1)
		}
		for _, c := range n.Content {
			if !walk(c, depth+1) {
				return false
			}
		}
		return true
	}
	return walk(root, 1)
}

// pos is where a node stands.
func (r *reader) pos(n *yaml.Node) diag.Pos {
	return diag.Pos{File: r.file, Line: int64(n.Line), Col: n.Column}
}
