package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/tabular"
)

// RunCase applies the plan to a case's row and compares what becomes of it with what the case says. Encode makes of fields what is
// written to the API: by attribute, something that encoding/json turns into an array. What differs is reported at the case's position;
// a column that the source does not have at its own.
func (p *Plan) RunCase(c jobs.Case, encode func([]crm.Field) (map[string]any, error)) diag.List {
	row, findings := p.caseRow(c)
	if len(findings) > 0 {
		return findings
	}
	r := &caseRun{plan: p, spec: c}
	item, rejected := p.Apply(row)
	switch {
	case c.LeftOut.Value:
		r.checkLeftOut(item, rejected)
	case len(c.Findings) > 0:
		r.checkFindings(item, rejected)
	case item.LeftOut:
		r.fail("import.source.where leaves the row out", "")
	case len(rejected) > 0:
		for _, f := range rejected {
			r.fail("the row is rejected: "+r.text(f), "")
		}
	default:
		r.checkFields(item.Fields, encode)
	}
	return r.findings
}

// caseRow is the row of a case. Columns that it does not name are missing cells.
func (p *Plan) caseRow(c jobs.Case) (tabular.Row, diag.List) {
	row := tabular.Row{Cells: make([]tabular.Cell, len(p.header.Columns))}
	var findings diag.List
	for _, cell := range c.Row {
		index := p.header.Index(cell.Column)
		if index < 0 {
			findings.Add(diag.Finding{
				Code: CodeUnknownColumn, Pos: cell.Pos, Problem: fmt.Sprintf("%s has no column %s", p.source, diag.Quote(cell.Column)),
				Hint: jobs.Suggest(cell.Column, p.header.Columns),
			})
			continue
		}
		row.Cells[index] = tabular.StringCell(cell.Cell.Value)
	}
	return row, findings
}

// caseRun gathers the findings of one case.
type caseRun struct {
	plan     *Plan
	spec     jobs.Case
	findings diag.List
}

func (r *caseRun) fail(problem, want string) {
	name := "the case"
	if r.spec.Name.Given() {
		name = "the case " + diag.Quote(r.spec.Name.Raw)
	}
	r.findings.Add(diag.Finding{Code: CodeCaseFailed, Pos: r.spec.Pos, Problem: name + " fails: " + problem, Want: want})
}

// text is a finding about the case's row, without what it may not show.
func (r *caseRun) text(f diag.Finding) string {
	if r.isSecret() {
		return f.Code
	}
	return strings.TrimPrefix(f.Pos.Column+": "+f.Code+": "+f.Detail(), ": ")
}

// isSecret reports whether a cell of the row is what a variable stands for.
func (r *caseRun) isSecret() bool {
	return slices.ContainsFunc(r.spec.Row, func(c jobs.CaseCell) bool { return c.Cell.Value != c.Cell.Raw })
}

func (r *caseRun) checkLeftOut(item Item, rejected diag.List) {
	switch {
	case len(rejected) > 0:
		r.fail("the row is rejected: "+codes(rejected), "a row that is left out")
	case !item.LeftOut:
		r.fail("the row is imported", "a row that is left out")
	}
}

func (r *caseRun) checkFindings(item Item, rejected diag.List) {
	want := make([]string, len(r.spec.Findings))
	for i, code := range r.spec.Findings {
		want[i] = code.Value
	}
	slices.Sort(want)
	wanted := strings.Join(slices.Compact(want), ", ")
	switch got := codes(rejected); {
	case item.LeftOut:
		r.fail("import.source.where leaves the row out", wanted)
	case got == "":
		r.fail("nothing is wrong with the row", wanted)
	case got != wanted:
		r.fail("the row is rejected for "+got, wanted)
	}
}

// codes lists the codes of findings, each once.
func codes(findings diag.List) string {
	all := make([]string, len(findings))
	for i, f := range findings {
		all[i] = f.Code
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

// checkFields compares what is written of every attribute, both those that the case names and the others.
func (r *caseRun) checkFields(fields []crm.Field, encode func([]crm.Field) (map[string]any, error)) {
	encoded, err := encode(fields)
	if err != nil {
		problem := ""
		if !r.isSecret() && !slices.ContainsFunc(r.plan.columns, func(c column) bool { return c.secret }) {
			problem = ": " + err.Error()
		}
		r.fail("the row cannot be written"+problem, "")
		return
	}
	for _, w := range r.spec.Want {
		got, written := encoded[w.Attribute]
		delete(encoded, w.Attribute)
		want := jsonText(w.Values)
		switch {
		case !written:
			r.differs(w.Attribute, "is not written", want, w.Secret)
		case !sameJSON(decoded(got), any(w.Values)):
			r.differs(w.Attribute, "becomes "+jsonText(got), want, w.Secret)
		}
	}
	for _, attribute := range slices.Sorted(maps.Keys(encoded)) {
		r.differs(attribute, "becomes "+jsonText(encoded[attribute]), "nothing to be written", false)
	}
}

// differs reports an attribute. Nothing is shown that a variable may stand for.
func (r *caseRun) differs(attribute, problem, want string, secret bool) {
	secret = secret || r.isSecret() || slices.ContainsFunc(r.plan.columns, func(c column) bool { return c.attribute == attribute && c.secret })
	if secret {
		r.fail(attribute+" differs (a variable stands for part of it, so it is not shown)", "")
		return
	}
	r.fail(attribute+" "+problem, want)
}

// jsonText is a value as JSON.
func jsonText(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// decoded is a value after a trip through JSON: nil, bool, string, json.Number, and []any and map[string]any of them.
func decoded(v any) any {
	dec := json.NewDecoder(strings.NewReader(jsonText(v)))
	dec.UseNumber()
	var out any
	if err := dec.Decode(&out); err != nil {
		return nil // no JSON at all: equal to no value that is wanted
	}
	return out
}

// sameJSON compares decoded values. Numbers are equal when their values are: 1.50 and 1.5, 1e3 and 1000.
func sameJSON(a, b any) bool {
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, sameJSON)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, sameJSON)
	case json.Number:
		b, ok := b.(json.Number)
		return ok && sameNumber(a.String(), b.String())
	default:
		return a == b
	}
}

func sameNumber(a, b string) bool {
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	return okX && okY && x.Cmp(y) == 0
}
