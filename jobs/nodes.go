package jobs

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"attio-etl/internal/diag"
)

// reader reads one job file and gathers the findings.
type reader struct {
	file     string
	data     []byte // what findings within a text are placed by
	lookup   func(name string) (string, bool)
	findings diag.List
}

// pair is one key of a mapping with its value.
type pair struct {
	name string
	pos  diag.Pos // of the key
	node *yaml.Node
}

// pairs reads a mapping, each key once. What is what the mapping is called in findings.
func (r *reader) pairs(n *yaml.Node, what, want string) ([]pair, bool) {
	if resolve(n).Kind != yaml.MappingNode {
		r.wrongKind(n, what, want)
		return nil, false
	}
	n = resolve(n)
	all := make([]pair, 0, len(n.Content)/2)
	first := make(map[string]int64, len(n.Content)/2) // line by name
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, ok := r.key(n.Content[i], what)
		if !ok {
			continue
		}
		pos := r.pos(n.Content[i])
		if line, repeated := first[name]; repeated {
			r.findings.Add(diag.Finding{
				Code: CodeRepeatedKey, Pos: pos, Problem: fmt.Sprintf("%s has the key %s twice", what, diag.Quote(name)),
				Hint: fmt.Sprintf("the first one is on line %d", line),
			})
			continue
		}
		first[name] = pos.Line
		all = append(all, pair{name: name, pos: pos, node: n.Content[i+1]})
	}
	return all, true
}

// key reads the key of a mapping: a text, taken as it is written.
func (r *reader) key(n *yaml.Node, what string) (string, bool) {
	pos, use := r.pos(n), n
	n = resolve(n)
	switch {
	case n.Kind != yaml.ScalarNode:
		r.wrongKind(use, "a key of "+what, "a text")
		return "", false
	case n.Tag == "!!merge" && isPlain(n):
		r.findings.Add(diag.Finding{
			Code: CodeYAMLFeature, Pos: pos, Problem: "merge keys are not read", Hint: "write the keys out, or set them under defaults",
		})
		return "", false
	case isNull(n):
		r.findings.Add(diag.Finding{
			Code: CodeNoValue, Pos: pos, Problem: "a key of " + what + " is null", Hint: "put it in quotes if it is a text",
		})
		return "", false
	}
	return n.Value, true
}

// list reads the elements of a sequence.
func (r *reader) list(n *yaml.Node, what, want string) []*yaml.Node {
	if resolve(n).Kind != yaml.SequenceNode {
		r.wrongKind(n, what, want)
		return nil
	}
	return resolve(n).Content
}

// text reads a scalar as the text that stands in the file, with variables replaced.
func (r *reader) text(n *yaml.Node, what, want string) (Text, bool) {
	pos, use := r.pos(n), n
	n = resolve(n)
	switch {
	case n.Kind != yaml.ScalarNode:
		r.wrongKind(use, what, want)
		return Text{}, false
	case n.Style&yaml.TaggedStyle != 0 && n.Tag != "!!str":
		r.findings.Add(diag.Finding{
			Code: CodeYAMLFeature, Pos: pos, Problem: what + " has a YAML tag", Got: n.Tag,
			Hint: "leave the tag out, or put the text in quotes",
		})
		return Text{}, false
	case isNull(n):
		r.findings.Add(diag.Finding{
			Code: CodeNoValue, Pos: pos, Problem: what + " has no value", Got: n.Value, Want: want,
			Hint: `put it in quotes if it is meant as a text: ` + diag.Quote(n.Value),
		})
		return Text{}, false
	}
	value, ok := r.expand(n.Value, pos)
	return Text{Value: value, Raw: n.Value, Pos: pos}, ok
}

// filled is text that must not be empty.
func (r *reader) filled(n *yaml.Node, what, want string) (Text, bool) {
	t, ok := r.text(n, what, want)
	if ok && t.Value == "" {
		r.findings.Add(diag.Finding{Code: CodeNoValue, Pos: t.Pos, Problem: what + " is empty", Got: t.Raw, Want: want})
		return Text{}, false
	}
	return t, ok
}

// wrongKind reports a node of another kind than belongs there, at the alias if there is one: that is where it does not belong.
func (r *reader) wrongKind(use *yaml.Node, what, want string) {
	n := resolve(use)
	f := diag.Finding{Code: CodeWrongKind, Pos: r.pos(use), Problem: what + " is " + kindName(n), Want: want}
	if n.Kind == yaml.ScalarNode && !isNull(n) && strings.TrimSpace(n.Value) != "" {
		f.Problem, f.Got = what+" is a single value", n.Value
	}
	r.findings.Add(f)
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	default:
		return "empty"
	}
}

// resolve follows an alias to what it stands for. checkSize has made sure that the walk ends.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// isNull reports whether YAML takes the scalar for null, as opposed to the quoted text.
func isNull(n *yaml.Node) bool { return n.Tag == "!!null" }

func isPlain(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}
