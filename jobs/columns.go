package jobs

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"attio-etl/internal/diag"
)

// columns reads the map: an attribute and where its value comes from, in one of two forms. It is nil for what is no map at all.
func (r *reader) columns(v value) []Column {
	pairs, ok := r.pairs(v.node, v.what, "a mapping of attributes to columns, such as {domains: Website}")
	if !ok {
		return nil
	}
	columns := make([]Column, 0, len(pairs))
	for _, p := range pairs {
		if p.name == "" {
			r.findings.Add(diag.Finding{Code: CodeNoValue, Pos: p.pos, Problem: "a key of import.map is empty", Want: "the slug of an attribute"})
			continue
		}
		columns = append(columns, r.columnsOf(p, v.what+"."+p.name)...)
	}
	return columns
}

func (r *reader) column(p pair, what string) Column {
	c := Column{Attribute: p.name, Pos: p.pos}
	if resolve(p.node).Kind != yaml.MappingNode {
		c.From, _ = r.filled(p.node, what, "a column, or a mapping with from or value")
		return c
	}
	there := section(r, p.node, what, columnKeys, &c)
	r.checkColumn(&c, there, what)
	return c
}

// checkColumn reports the keys that a column lacks or that exclude each other.
func (r *reader) checkColumn(c *Column, there map[string]bool, what string) {
	sources := given(there, "from", "value", "expr")
	switch {
	case len(sources) > 1:
		r.findings.Add(diag.Finding{
			Code: CodeConflict, Pos: c.Pos, Problem: what + " has " + both(sources), Hint: "keep one of them",
		})
		c.From, c.Parts, c.Value, c.Expr = Text{}, nil, Text{}, Expression{} // which one is meant is not known
	case len(sources) == 0:
		r.findings.Add(diag.Finding{
			Code: CodeRequiredKey, Pos: c.Pos, Problem: what + " does not say where its value comes from",
			Hint: `add "from: COLUMN", or "value: TEXT" for a constant`,
		})
	case there["value"] && c.Blank.Given():
		r.findings.Add(diag.Finding{
			Code: CodeConflict, Pos: c.Blank.Pos, Problem: what + " is a constant, which is never blank", Hint: "leave blank out",
		})
	case there["value"] && len(c.NullValues) > 0:
		r.findings.Add(diag.Finding{
			Code: CodeConflict, Pos: c.NullValues[0].Pos, Problem: what + " is a constant, which is never blank", Hint: "leave null_values out",
		})
	}
	if c.Missing.Given() && !there["match"] {
		r.findings.Add(diag.Finding{
			Code: CodeRequiredKey, Pos: c.Missing.Pos, Problem: what + ` has "missing" without "match": a record id refers to a record that is there`,
			Hint: `add "match: ATTRIBUTE", the attribute of the referenced object that the cells hold, or leave missing out`,
		})
	}
}

// given is which of some keys the file has.
func given(there map[string]bool, keys ...string) []string {
	return slices.DeleteFunc(keys, func(k string) bool { return !there[k] })
}

// both lists keys that exclude each other.
func both(keys []string) string {
	if len(keys) == 2 {
		return "both " + keys[0] + " and " + keys[1]
	}
	return strings.Join(keys[:len(keys)-1], ", ") + " and " + keys[len(keys)-1]
}

// from reads a column's name, or one name for each part of a compound value.
func (r *reader) from(v value, c *Column) {
	if resolve(v.node).Kind != yaml.MappingNode {
		c.From, _ = r.filled(v.node, v.what, "a column, or a mapping of parts to columns")
		return
	}
	pairs, _ := r.pairs(v.node, v.what, "")
	if len(pairs) == 0 {
		r.findings.Add(diag.Finding{Code: CodeNoValue, Pos: v.keyPos, Problem: v.what + " names no column"})
	}
	for _, p := range pairs {
		if from, ok := r.filled(p.node, v.what+"."+p.name, "a column"); ok {
			c.Parts = append(c.Parts, Part{Name: p.name, Pos: p.pos, From: from})
		}
	}
}

// options reads which option of the workspace each spelling of the file stands for.
func (r *reader) options(v value) []Option {
	pairs, _ := r.pairs(v.node, v.what, "a mapping of spellings to options, such as {Softwares: Software}")
	options := make([]Option, 0, len(pairs))
	for _, p := range pairs {
		if title, ok := r.filled(p.node, v.what+"."+p.name, "the title of an option"); ok {
			options = append(options, Option{Spelling: p.name, Pos: p.pos, Title: title})
		}
	}
	return options
}
