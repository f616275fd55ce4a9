package jobs

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// What rows of a list and of activities fill, besides the attributes of the list.
const (
	ParentRecord  = "parent_record" // the record of an entry or a note
	Title         = "title"
	Content       = "content"
	NoteFormat    = "format"
	CreatedAt     = "created_at"
	Deadline      = "deadline_at"
	IsCompleted   = "is_completed"
	Assignees     = "assignees"
	LinkedRecords = "linked_records"
)

// The formats of a note.
const (
	Plaintext = "plaintext"
	Markdown  = "markdown"
)

// parent reads where the record of an entry or a note comes from.
func (r *reader) parent(v value) *Parent {
	p := Parent{Pos: v.keyPos}
	section(r, v.node, v.what, parentKeys, &p)
	return &p
}

// target reads what rows become, and reports one that says it not at all or twice.
func (r *reader) target(v value, t *Target) {
	there := section(r, v.node, v.what, targetKeys, t)
	kinds := given(there, "object", "list", "note", "task")
	need := func(key, doc string) {
		if !there[key] {
			r.findings.Add(diag.Finding{Code: CodeRequiredKey, Pos: r.pos(v.node), Problem: fmt.Sprintf("%s has no %q: %s", v.what, key, doc)})
		}
	}
	if len(kinds) > 1 {
		r.findings.Add(diag.Finding{Code: CodeConflict, Pos: v.keyPos, Problem: v.what + " has " + both(kinds), Hint: "write each by a step of its own"})
		*t = Target{}
		return
	}
	var none []string // keys that mean nothing for the kind
	switch {
	case there["list"]:
		need("parent", "the record of an entry, such as {object: companies, match: domains, from: Website}")
		none = []string{"match"}
	case there["note"], there["task"]:
		none = []string{"match", "mode", "parent"}
		t.Mode = ModeCreate
	default:
		need("object", docObject)
		need("match", docMatch)
		none = []string{"parent"}
	}
	for _, key := range given(there, none...) {
		r.findings.Add(diag.Finding{
			Code: CodeConflict, Pos: v.keyPos, Problem: fmt.Sprintf("%s has %q, which means nothing for what rows become here", v.what, key), Hint: "leave it out",
		})
	}
}

// checkMap reports a map that is missing or maps nothing. An entry may be no more than a record's place on a list.
func (r *reader) checkMap(v value, there map[string]bool, i *Import) {
	switch {
	case i.Target.List.Given():
	case !there["map"]:
		r.findings.Add(diag.Finding{Code: CodeRequiredKey, Pos: r.pos(v.node), Problem: fmt.Sprintf("%s has no %q: %s", v.what, "map", docMap)})
	case i.Columns != nil && len(i.Columns) == 0:
		f := diag.Finding{Code: CodeNoValue, Pos: i.MapPos, Problem: "import.map maps nothing", Want: "at least the match attribute"}
		if i.Target.Activity != "" {
			f.Want = "at least content"
		}
		r.findings.Add(f)
	}
	for _, c := range i.Columns {
		if c.Attribute == Nth(LinkedRecords, 2) && i.Target.Activity != crm.Tasks {
			r.findings.Add(diag.Finding{
				Code: CodeWrongKind, Pos: c.Pos, Problem: v.what + ".map." + LinkedRecords + " is a list", Want: "a column, or a mapping with from or value",
				Hint: "only linked_records of tasks come from several columns",
			})
		}
	}
}

// checkContent reports what cannot be said of rows that are known by their content.
func (r *reader) checkContent(i *Import) {
	if !i.Target.Keyless() || i.Diff != DiffOff {
		return
	}
	r.findings.Add(diag.Finding{
		Code: CodeConflict, Pos: i.DiffPos, Problem: fmt.Sprintf("diff: off would create the %s again that are there already", i.Target.plural()),
		Hint: "leave diff out: without a key, only what is there tells what is missing",
	})
}

// checkDeletion reports columns that mean nothing where rows only name what to delete.
func (r *reader) checkDeletion(i *Import) {
	if i.Target.Mode != ModeDelete {
		return
	}
	for _, c := range i.Columns {
		if c.Attribute == i.Target.Match.Value && i.Target.Match.Given() {
			continue
		}
		r.findings.Add(diag.Finding{
			Code: CodeConflict, Pos: c.Pos, Problem: "rows name what to delete, and nothing is written to " + c.Attribute,
			Hint: "leave it out: with mode: delete, map has the match attribute and no other, and for entries nothing",
		})
	}
}

// plural is what rows become, in words.
func (t Target) plural() string {
	if t.Activity != "" {
		return string(t.Activity)
	}
	return "entries"
}

// addParent puts the record of an entry or a note before the columns of the map, as what it is: one more reference.
func (i *Import) addParent() {
	p := i.Target.Parent
	if p == nil {
		return
	}
	if i.Target.List.Given() && !i.Target.Keyless() {
		i.Target.Match = Text{Value: ParentRecord, Raw: ParentRecord, Pos: p.Pos}
	}
	i.Columns = slices.Insert(i.Columns, 0, Column{Attribute: ParentRecord, Pos: p.Pos, From: p.From, Object: p.Object, Match: p.Match})
}

// columnsOf reads what fills one attribute: a column, or a list of them.
func (r *reader) columnsOf(p pair, what string) []Column {
	if p.name != LinkedRecords || resolve(p.node).Kind != yaml.SequenceNode {
		return []Column{r.column(p, what)}
	}
	nodes := resolve(p.node).Content
	if len(nodes) == 0 {
		r.findings.Add(diag.Finding{Code: CodeNoValue, Pos: p.pos, Problem: what + " names no column"})
	}
	columns := make([]Column, 0, len(nodes))
	for n, node := range nodes {
		columns = append(columns, r.column(pair{name: Nth(p.name, n+1), pos: r.pos(node), node: node}, fmt.Sprintf("%s[%d]", what, n)))
	}
	return columns
}

// Nth names the column that is the nth, from one, of those that fill an attribute together.
func Nth(attribute string, n int) string {
	if n == 1 {
		return attribute
	}
	return fmt.Sprintf("%s[%d]", attribute, n)
}
