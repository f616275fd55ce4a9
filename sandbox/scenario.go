package sandbox

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"
)

// Scenario is how a sandbox is to behave, as a file says it.
type Scenario struct {
	Faults        []Fault
	Switches      Switches
	Tokens        []Token
	Scores        ScoreLimit
	Reads, Writes Rate
}

// Apply puts the scenario into the options.
func (s Scenario) Apply(o *Options) {
	o.Faults, o.Switches, o.Tokens, o.Scores, o.Reads, o.Writes = s.Faults, s.Switches, s.Tokens, s.Scores, s.Reads, s.Writes
}

// maxScenario bounds what LoadScenario reads.
const maxScenario = 1 << 20

// LoadScenario reads a scenario in YAML or JSON: a list of faults, or a mapping with some of the keys faults, switches, tokens, scores,
// reads and writes. The keys of a fault and of a token are the fields of Fault and Token in snake case. Unknown keys, wrong
// types and values that make no sense are errors; all of them are reported at once, each with line:column.
func LoadScenario(r io.Reader) (Scenario, error) {
	var s Scenario
	text, err := io.ReadAll(io.LimitReader(r, maxScenario+1))
	if err != nil {
		return s, fmt.Errorf("read scenario: %w", err)
	}
	if len(text) > maxScenario {
		return s, fmt.Errorf("scenario: more than %d bytes", maxScenario)
	}
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		return s, fmt.Errorf("scenario: %w", err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return s, errors.New("scenario: 1:1: want a list of faults, or a mapping with faults, switches and the like")
	}
	var errs []error
	switch root := doc.Content[0]; root.Kind {
	case yaml.SequenceNode:
		s.Faults, errs = loadFaults(root)
	case yaml.MappingNode:
		errs = s.load(root)
	default:
		errs = []error{at(root, "want a list of faults, or a mapping with faults, switches and the like")}
	}
	if len(errs) > 0 {
		return Scenario{}, errors.Join(errs...)
	}
	return s, nil
}

// load reads the mapping form.
func (s *Scenario) load(root *yaml.Node) []error {
	var faults, switches, tokens, scores yaml.Node
	keys, errs := members(root, map[string]any{
		"faults": &faults, "switches": &switches, "tokens": &tokens, "scores": &scores, "reads": &s.Reads, "writes": &s.Writes,
	})
	part := func(key string, load func(*yaml.Node) []error) {
		if node := keys[key]; node != nil {
			errs = append(errs, load(node)...)
		}
	}
	part("faults", func(n *yaml.Node) (problems []error) {
		if s.Faults, problems = loadFaults(n); n.Kind != yaml.SequenceNode {
			problems = append(problems, at(n, "faults: want a list"))
		}
		return problems
	})
	part("switches", s.Switches.load)
	part("tokens", s.loadTokens)
	part("scores", func(n *yaml.Node) []error {
		_, problems := members(n, map[string]any{"per_query": &s.Scores.PerQuery, "per_window": &s.Scores.PerWindow})
		if s.Scores.PerQuery < 0 || s.Scores.PerWindow < 0 {
			problems = append(problems, at(n, "scores must not be negative"))
		}
		return problems
	})
	return errs
}

func (s *Switches) load(n *yaml.Node) []error {
	choices := s.choices()
	texts, into := map[string]*string{}, map[string]any{}
	for key := range choices {
		texts[key] = new(string)
		into[key] = texts[key]
	}
	keys, errs := members(n, into)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if texts[key] == nil {
			continue
		}
		if err := choices[key].check(*texts[key]); err != nil {
			errs = append(errs, at(keys[key], "%s: %v", key, err))
		}
		choices[key].set(*texts[key])
	}
	return errs
}

func (s *Scenario) loadTokens(n *yaml.Node) []error {
	if n.Kind != yaml.SequenceNode {
		return []error{at(n, "tokens: want a list")}
	}
	var errs []error
	for _, node := range n.Content {
		var t Token
		_, problems := members(node, map[string]any{"key": &t.Key, "scopes": &t.Scopes, "revoked": &t.Revoked})
		if len(problems) == 0 && t.Key == "" {
			problems = append(problems, at(node, "a token needs its key"))
		}
		if err := checkScopes(t.Scopes); err != nil {
			problems = append(problems, at(node, "scopes: %v", err))
		}
		s.Tokens, errs = append(s.Tokens, t), append(errs, problems...)
	}
	return errs
}

func loadFaults(list *yaml.Node) ([]Fault, []error) {
	var out []Fault
	var errs []error
	for _, node := range list.Content {
		f, problems := loadFault(node)
		out, errs = append(out, f), append(errs, problems...)
	}
	return out, errs
}

func loadFault(node *yaml.Node) (Fault, []error) {
	var f Fault
	keys, errs := members(node, map[string]any{
		"path": &f.Path, "method": &f.Method, "kind": (*string)(&f.Kind), "nth": &f.Nth, "every": &f.Every, "from": &f.From, "to": &f.To,
		"probability": &f.Probability, "seed": &f.Seed, "retry_after": &f.RetryAfter, "processed": &f.Processed, "body": &f.Body, "html": &f.HTML,
		"delay": &f.Delay, "rate": &f.Rate,
	})
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

// members reads a mapping into what its keys stand for and returns the nodes of the values that were given.
func members(node *yaml.Node, into map[string]any) (map[string]*yaml.Node, []error) {
	keys := map[string]*yaml.Node{}
	if node.Kind != yaml.MappingNode {
		return keys, []error{at(node, "want a mapping with keys like %s", slices.Sorted(maps.Keys(into))[0])}
	}
	var errs []error
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
	return keys, errs
}

// decodeInto reads one value. Text is taken from any scalar, because an unquoted 429 is a number to YAML; null is refused.
func decodeInto(v *yaml.Node, target any) (ok bool) {
	if v.Kind == yaml.ScalarNode && v.Tag == "!!null" {
		return false
	}
	var err error
	switch to := target.(type) {
	case *yaml.Node:
		*to = *v
		return true
	case *string:
		*to = v.Value
		return v.Kind == yaml.ScalarNode
	case *time.Duration:
		*to, err = time.ParseDuration(v.Value)
		return err == nil && v.Kind == yaml.ScalarNode
	case *Rate:
		*to, err = ParseRate(v.Value)
		return err == nil && v.Kind == yaml.ScalarNode
	default:
		return v.Decode(target) == nil
	}
}

func at(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%d:%d: %s", n.Line, n.Column, fmt.Sprintf(format, args...))
}
