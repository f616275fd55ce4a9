package jobs

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"attio-etl/internal/diag"
)

// The choices of the direction of a sort.
const (
	Ascending  = "asc"
	Descending = "desc"
)

// Sort is one key of the order of an export's rows.
type Sort struct {
	From      Text   // path, as of a column: "created_at", "company.name"
	Direction string // Ascending or Descending
	Pos       diag.Pos
}

// sorts reads the order of the rows: paths, or mappings with a path and a direction.
func (r *reader) sorts(v value) []Sort {
	nodes := r.list(v.node, v.what, "a list of paths such as created_at, or of {attribute: created_at, direction: desc}")
	if resolve(v.node).Kind == yaml.SequenceNode && len(nodes) == 0 {
		r.findings.Add(diag.Finding{Code: CodeNoValue, Pos: r.pos(v.node), Problem: v.what + " lists nothing to sort by", Hint: "leave it out for the order of creation"})
	}
	var all []Sort
	for i, n := range nodes {
		s := Sort{Pos: r.pos(n), Direction: Ascending}
		if what := fmt.Sprintf("sort %d", i+1); resolve(n).Kind == yaml.MappingNode {
			section(r, n, what, sortKeys, &s)
		} else if t, ok := r.filled(n, what, "a path such as created_at"); ok {
			s.From = t
		}
		if s.From.Given() {
			all = append(all, s)
		}
	}
	return all
}

var sortKeys = []key[Sort]{
	{
		name: "attribute", kind: text, required: true, doc: "the path of an attribute, such as created_at",
		set: func(_ *reader, s *Sort, v value) { s.From = v.Text },
	},
	{
		name: "direction", kind: choice, words: []string{Ascending, Descending}, doc: "asc for the smallest first, or desc",
		set: func(_ *reader, s *Sort, v value) { s.Direction = v.Value },
	},
}
