package jobs

import (
	"encoding/json"
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v4"

	"attio-etl/internal/diag"
)

// Case is a row with what has to become of it: exactly one of Want, Findings and LeftOut is given, unless Parse has reported why not.
type Case struct {
	Name Text
	Pos  diag.Pos
	Row  []CaseCell // in file order; the columns that it does not name are missing cells

	Want     []Wanted // what is written, all of it
	Findings []Text   // codes of the findings that reject the row
	LeftOut  Flag     // the row does not pass Source.Where
}

// CaseCell is one cell of a case's row.
type CaseCell struct {
	Column string
	Pos    diag.Pos // of the column's key
	Cell   Text
}

// Wanted is the values of one attribute as they are written to the API: nil, bool, string, json.Number, and []any and map[string]any of
// them.
type Wanted struct {
	Attribute string // slug
	Pos       diag.Pos
	Values    []any
	Secret    bool // part of them is what a variable stands for
}

func (r *reader) cases(v value) []Case {
	nodes := r.list(v.node, v.what, "a list of cases, each with row and want")
	cases := make([]Case, 0, len(nodes))
	for i, n := range nodes {
		c, what := Case{Pos: r.pos(n)}, fmt.Sprintf("case %d", i+1)
		if there := section(r, n, what, caseKeys, &c); len(there) > 0 {
			r.checkCase(&c, there, what)
		}
		cases = append(cases, c)
	}
	return cases
}

// checkCase reports a case that does not say what becomes of its row, or says it twice.
func (r *reader) checkCase(c *Case, there map[string]bool, what string) {
	if c.LeftOut.Pos.Line > 0 && !c.LeftOut.Value {
		delete(there, "left_out")
	}
	switch outcomes := given(there, "want", "finding", "left_out"); len(outcomes) {
	case 0:
		r.findings.Add(diag.Finding{
			Code: CodeRequiredKey, Pos: c.Pos, Problem: what + " does not say what becomes of its row",
			Hint: `add "want: {ATTRIBUTE: [VALUE]}", "finding: CODE" or "left_out: true"`,
		})
	case 1:
	default:
		r.findings.Add(diag.Finding{
			Code: CodeConflict, Pos: c.Pos, Problem: what + " has " + both(outcomes), Hint: "keep one of them",
		})
	}
}

func (r *reader) caseRow(v value) []CaseCell {
	pairs, _ := r.pairs(v.node, v.what, "a mapping of columns to cells, such as {Website: acme.com}")
	cells := make([]CaseCell, 0, len(pairs))
	for _, p := range pairs {
		if t, ok := r.text(p.node, v.what+"."+p.name, "the text of a cell"); ok {
			cells = append(cells, CaseCell{Column: p.name, Pos: p.pos, Cell: t})
		}
	}
	return cells
}

func (r *reader) findingCodes(v value) []Text {
	const want = "the code of a finding, such as unknown-option"
	if resolve(v.node).Kind != yaml.SequenceNode {
		if t, ok := r.filled(v.node, v.what, want); ok {
			return []Text{t}
		}
		return nil
	}
	nodes := resolve(v.node).Content
	if len(nodes) == 0 {
		r.findings.Add(diag.Finding{Code: CodeNoValue, Pos: v.keyPos, Problem: v.what + " names no finding", Want: want})
	}
	var codes []Text
	for _, n := range nodes {
		if t, ok := r.filled(n, "an element of "+v.what, want); ok {
			codes = append(codes, t)
		}
	}
	return codes
}

func (r *reader) wanted(v value) []Wanted {
	pairs, ok := r.pairs(v.node, v.what, "a mapping of attributes to values, such as {domains: [acme.com]}")
	if ok && len(pairs) == 0 {
		r.findings.Add(diag.Finding{Code: CodeNoValue, Pos: v.keyPos, Problem: v.what + " wants nothing", Want: "at least the match attribute"})
	}
	wanted := make([]Wanted, 0, len(pairs))
	for _, p := range pairs {
		what := v.what + "." + p.name
		w := Wanted{Attribute: p.name, Pos: p.pos, Values: []any{}}
		for _, n := range r.list(p.node, what, "a list of values, such as [acme.com], or [] for an attribute that is cleared") {
			w.Values = append(w.Values, r.json(n, what, &w.Secret))
		}
		wanted = append(wanted, w)
	}
	return wanted
}

// jsonNumber is a number as JSON spells it, of a size that can be compared digit by digit.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,99})(\.[0-9]{1,99})?([eE][+-]?[0-9]{1,2})?$`)

// json reads a value of the API. Of the plain scalars those that are JSON's own words are numbers, true, false and null; all others are
// texts, and so is what stands in quotes. Secret is set where a variable stands for part of it.
func (r *reader) json(n *yaml.Node, what string, secret *bool) any {
	resolved := resolve(n)
	switch resolved.Kind {
	case yaml.MappingNode:
		pairs, _ := r.pairs(n, what, "")
		object := make(map[string]any, len(pairs))
		for _, p := range pairs {
			object[p.name] = r.json(p.node, what+"."+p.name, secret)
		}
		return object
	case yaml.SequenceNode:
		list := make([]any, 0, len(resolved.Content))
		for _, e := range resolved.Content {
			list = append(list, r.json(e, what, secret))
		}
		return list
	default:
	}
	plain := isPlain(resolved) && resolved.Style&yaml.TaggedStyle == 0
	switch {
	case plain && isNull(resolved):
		return nil
	case plain && (resolved.Value == "true" || resolved.Value == "false"):
		return resolved.Value == "true"
	case plain && jsonNumber.MatchString(resolved.Value):
		return json.Number(resolved.Value)
	}
	t, _ := r.text(n, what, "a value")
	*secret = *secret || t.Value != t.Raw
	return t.Value
}
