package jobs

import (
	"cmp"
	"strings"

	"go.yaml.in/yaml/v4"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// Origin is what is exported: the records of an object, the entries of a list, or an activity. Exactly one of the first three is given, unless
// a finding says so.
type Origin struct {
	Object   Text         // slug
	List     Text         // slug
	Activity crm.Activity // notes, tasks, …
	Of       Selection    // which of an activity
	Pos      diag.Pos     // of the activity's key
}

// Selection is which of an activity are exported. Parts that are not given do not restrict.
type Selection struct {
	Object    Text // slug: notes and comments on records of it
	List      Text // slug: comments on entries of it
	Record    Text // id of the record that a note is on
	Linked    Link // what a task is about
	Assignee  Text // of a task: id or e-mail address of a member
	Completed Flag // of a task; it has a position where it is given
}

// Link names a record.
type Link struct {
	Object Text // slug
	Record Text // id
}

// Target is what is exported in the words of package crm.
func (o Origin) Target() crm.Target {
	return crm.Target{Object: o.Object.Value, List: o.List.Value, Activity: o.Activity}
}

// Queried is what conditions are on: what is exported, or what comments are on; false where there can be none.
func (o Origin) Queried() (crm.Target, bool) {
	switch o.Activity {
	case "":
		return o.Target(), true
	case crm.Comments:
		on := crm.Target{Object: o.Of.Object.Value, List: o.Of.List.Value}
		return on, on != (crm.Target{})
	default:
		return crm.Target{}, false
	}
}

// Text is what is exported as the file names it, by its slug or by the word for it.
func (o Origin) Text() Text {
	if o.Activity != "" {
		return Text{Value: string(o.Activity), Raw: string(o.Activity), Pos: o.Pos}
	}
	if o.List.Given() {
		return o.List
	}
	return o.Object
}

// String is what is exported in a few words: "people", "notes", "comments on sales".
func (o Origin) String() string {
	if on := cmp.Or(o.Of.Object.Value, o.Of.List.Value); on != "" {
		return string(o.Activity) + " on " + on
	}
	return o.Target().String()
}

// origin reads what is exported.
func (r *reader) origin(v value) Origin {
	var o Origin
	there := section(r, v.node, v.what, originKeys, &o)
	var given []string
	for _, k := range originKeys {
		if there[k.name] {
			given = append(given, k.name)
		}
	}
	if len(given) > 1 {
		r.findings.Add(diag.Finding{
			Code: CodeConflict, Pos: r.pos(v.node), Problem: v.what + " has both " + strings.Join(given[:2], " and "), Hint: "export each by a job of its own",
		})
	}
	if resolve(v.node).Kind == yaml.MappingNode && len(given) == 0 {
		r.findings.Add(diag.Finding{
			Code: CodeRequiredKey, Pos: r.pos(v.node), Problem: v.what + " says neither object nor list, nor what else", Hint: "write {object: people}, {list: sales} or {notes: {}}",
		})
	}
	return o
}

// selection reads which of an activity are exported.
func (r *reader) selection(v value, o *Origin, activity crm.Activity, keys []key[Selection]) {
	o.Activity, o.Pos = activity, v.keyPos
	there := section(r, v.node, v.what, keys, &o.Of)
	switch {
	case activity == crm.Notes && there["record"] && !there["object"]:
		r.findings.Add(diag.Finding{Code: CodeRequiredKey, Pos: o.Of.Record.Pos, Problem: v.what + " has record and no object", Hint: "say whose record it is: {object: people, record: …}"})
	case activity == crm.Comments && there["object"] && there["list"]:
		r.findings.Add(diag.Finding{Code: CodeConflict, Pos: v.keyPos, Problem: v.what + " has both object and list", Hint: "export each by a job of its own"})
	case activity == crm.Comments && !there["object"] && !there["list"] && resolve(v.node).Kind == yaml.MappingNode:
		r.findings.Add(diag.Finding{
			Code: CodeRequiredKey, Pos: v.keyPos, Problem: v.what + " says neither object nor list: comments are read from the records or entries that they are on", Hint: "write {object: people}, or {list: sales}",
		})
	}
}

// checkFiltered refuses conditions where the API has none.
func (r *reader) checkFiltered(e Export) {
	if _, can := e.From.Queried(); !can && e.FilterPos.Line > 0 && e.From.Activity != crm.Comments {
		hint := "leave it out"
		if keys, ok := activityKeys[e.From.Activity]; ok && len(keys) > 0 {
			hint = "what can be chosen is " + listNames(names(keys, false)) + " under export.from." + string(e.From.Activity)
		}
		r.findings.Add(diag.Finding{Code: CodeConflict, Pos: e.FilterPos, Problem: string(e.From.Activity) + " have no conditions", Hint: hint})
	}
}

// originKey is the key of an activity.
func originKey(activity crm.Activity, doc string) key[Origin] {
	return key[Origin]{
		name: string(activity), kind: own, doc: doc,
		set: func(r *reader, o *Origin, v value) { r.selection(v, o, activity, activityKeys[activity]) },
	}
}

var originKeys = []key[Origin]{
	{
		name: "object", kind: text, doc: "the slug of an object, such as people",
		set: func(_ *reader, o *Origin, v value) { o.Object = v.Text },
	},
	{
		name: "list", kind: text, doc: "the slug of a list",
		set: func(_ *reader, o *Origin, v value) { o.List = v.Text },
	},
	originKey(crm.Notes, "notes"),
	originKey(crm.Tasks, "tasks"),
	originKey(crm.Members, "the members of the workspace"),
	originKey(crm.Comments, "comments"),
	originKey(crm.Structure, "the objects, lists and attributes of the workspace"),
}

// activityKeys are what can be chosen of an activity.
var activityKeys = map[crm.Activity][]key[Selection]{
	crm.Notes: {
		selectionObject("the slug of an object: notes on its records"),
		{
			name: "record", kind: text, doc: "the id of the record that the notes are on",
			set: func(_ *reader, s *Selection, v value) { s.Record = v.Text },
		},
	},
	crm.Tasks: {
		{
			name: "linked", kind: own, doc: "the record that the tasks are about",
			set: func(r *reader, s *Selection, v value) { section(r, v.node, v.what, linkKeys, &s.Linked) },
		},
		{
			name: "assignee", kind: text, doc: "the e-mail address or id of a member",
			set: func(_ *reader, s *Selection, v value) { s.Assignee = v.Text },
		},
		{
			name: "completed", kind: flag, doc: "whether the tasks are done",
			set: func(_ *reader, s *Selection, v value) { s.Completed = Flag{Value: v.yes, Pos: v.Pos} },
		},
	},
	crm.Members: {},
	crm.Comments: {
		selectionObject("the slug of an object: comments on its records"),
		{
			name: "list", kind: text, doc: "the slug of a list: comments on its entries",
			set: func(_ *reader, s *Selection, v value) { s.List = v.Text },
		},
	},
	crm.Structure: {},
}

func selectionObject(doc string) key[Selection] {
	return key[Selection]{name: "object", kind: text, doc: doc, set: func(_ *reader, s *Selection, v value) { s.Object = v.Text }}
}

var linkKeys = []key[Link]{
	{
		name: "object", kind: text, required: true, doc: "the slug of the object",
		set: func(_ *reader, l *Link, v value) { l.Object = v.Text },
	},
	{
		name: "record", kind: text, required: true, doc: "the id of the record",
		set: func(_ *reader, l *Link, v value) { l.Record = v.Text },
	},
}
