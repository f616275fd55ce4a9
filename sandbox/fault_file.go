package sandbox

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v4"
)

// maxFaultFile bounds what LoadFaults reads.
const maxFaultFile = 1 << 20

// LoadFaults reads a list of faults in YAML or JSON, the keys being the fields of Fault in snake case. Unknown keys, wrong types and
// values that make no sense are errors; all of them are reported at once, each with line:column.
func LoadFaults(r io.Reader) ([]Fault, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFaultFile+1))
	if err != nil {
		return nil, fmt.Errorf("read faults: %w", err)
	}
	if len(text) > maxFaultFile {
		return nil, fmt.Errorf("faults: more than %d bytes", maxFaultFile)
	}
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		return nil, fmt.Errorf("faults: %w", err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.SequenceNode {
		return nil, errors.New("faults: 1:1: want a list of faults")
	}
	var out []Fault
	var errs []error
	for _, node := range doc.Content[0].Content {
		f, problems := loadFault(node)
		out, errs = append(out, f), append(errs, problems...)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return out, nil
}

func loadFault(node *yaml.Node) (Fault, []error) {
	var f Fault
	if node.Kind != yaml.MappingNode {
		return f, []error{at(node, "want a fault with keys like path and kind")}
	}
	into := map[string]any{
		"path": &f.Path, "method": &f.Method, "kind": (*string)(&f.Kind), "nth": &f.Nth, "every": &f.Every, "from": &f.From, "to": &f.To,
		"probability": &f.Probability, "seed": &f.Seed, "retry_after": &f.RetryAfter, "processed": &f.Processed, "body": &f.Body, "html": &f.HTML,
	}
	var errs []error
	keys := map[string]*yaml.Node{}
	for pair := range slices.Chunk(node.Content, 2) {
		key, v := pair[0], pair[1]
		target, known := into[key.Value]
		switch {
		case !known:
			errs = append(errs, at(key, "unknown key %q", key.Value))
		case keys[key.Value] != nil:
			errs = append(errs, at(key, "key %q is given twice", key.Value))
		case !decodeInto(v, target):
			errs = append(errs, at(v, "%s: wrong type of value", key.Value))
		}
		keys[key.Value] = v
	}
	if len(errs) > 0 {
		return f, errs
	}
	for _, p := range f.problems() {
		where := keys[p.key]
		if where == nil {
			where = node
		}
		errs = append(errs, at(where, "%s: %s", p.key, p.text))
	}
	return f, errs
}

// decodeInto reads one value. Text is taken from any scalar, because an unquoted 429 is a number to YAML; null is refused.
func decodeInto(v *yaml.Node, target any) bool {
	if v.Kind == yaml.ScalarNode && v.Tag == "!!null" {
		return false
	}
	if s, ok := target.(*string); ok {
		*s = v.Value
		return v.Kind == yaml.ScalarNode
	}
	return v.Decode(target) == nil
}

func at(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%d:%d: %s", n.Line, n.Column, fmt.Sprintf(format, args...))
}
