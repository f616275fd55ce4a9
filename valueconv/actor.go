package valueconv

import (
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// actorConversion finds a workspace member, who is all that can be written (contract §9): by id, by e-mail address, alone or in
// "Name <address>", and by the full name if one active member has it. Suspended members are refused. Where the schema has no
// members, an id or an address is taken as it is.
var actorConversion = conversion{
	doc: typeDoc{
		reads:  "a workspace member's e-mail address, `Name <address>`, id, or full name if only one active member has it",
		writes: "the member's e-mail address, else the id",
		codes:  []string{"unknown-member", "suspended-member", "ambiguous-member"},
	},
	cells:     cellKinds{takes: ofTexts, noun: "a workspace member", code: "unknown-member", want: wantMember},
	parse:     parseActor,
	format:    formatActor,
	canonical: canonicalActor,
	complete:  func(a crm.Attribute, v crm.Value) crm.Value { return completeActor(a, actorIn(v)) },
}

const (
	workspaceMember = "workspace-member" // the type of actor, contract §9
	wantMember      = "the e-mail address of a workspace member"
)

func actorIn(v crm.Value) crm.ActorReference {
	a, _ := v.(crm.ActorReference)
	return a
}

func memberReference(m crm.Member) crm.ActorReference {
	return crm.ActorReference{ActorType: workspaceMember, ID: m.ID, Email: m.Email}
}

// memberTable is the members of a workspace by what may stand in a cell, in lower case: id, address, full name.
type memberTable struct {
	byKey map[string][]crm.Member
	names []string // for suggestions
}

func newMemberTable(members []crm.Member) *memberTable {
	t := &memberTable{byKey: map[string][]crm.Member{}}
	for _, m := range members {
		name := collapse(m.First + " " + m.Last)
		for _, key := range []string{m.ID, m.Email, name} {
			if key != "" {
				key = strings.ToLower(key)
				t.byKey[key] = append(t.byKey[key], m)
			}
		}
		if !m.Suspended {
			t.names = append(t.names, m.Email, name)
		}
	}
	return t
}

func parseActor(attr crm.Attribute, _ Options) (parseOne, *diag.Finding) {
	table := newMemberTable(attr.Members)
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		text := collapse(cell.Text())
		if text == "" {
			return nil, nil
		}
		if len(attr.Members) == 0 {
			return strangeActor(text)
		}
		m, f := table.find(text)
		if f != nil {
			return nil, f
		}
		return memberReference(m), nil
	}, nil
}

// strangeActor is a member whom the schema does not know.
func strangeActor(text string) (crm.Value, *diag.Finding) {
	if isUUID(text) {
		return crm.ActorReference{ActorType: workspaceMember, ID: strings.ToLower(text)}, nil
	}
	address, problem := bareAddress(text)
	if problem == "" {
		address, problem = checkAddress(address)
	}
	if problem != "" {
		return nil, refuse("unknown-member", "the members of the workspace are not known, so that only an id or an e-mail address will do", text, wantMember, "")
	}
	return crm.ActorReference{ActorType: workspaceMember, Email: address}, nil
}

// find is the active member whom a text names.
func (t *memberTable) find(text string) (crm.Member, *diag.Finding) {
	found := t.byKey[strings.ToLower(text)]
	if address, problem := bareAddress(text); len(found) == 0 && problem == "" {
		found = t.byKey[strings.ToLower(address)]
	}
	if len(found) == 0 && strings.Contains(text, ",") {
		found = t.byKey[strings.ToLower(splitName(text).Full)]
	}
	var active []crm.Member
	for _, m := range found {
		if !m.Suspended {
			active = append(active, m)
		}
	}
	switch {
	case len(active) == 1:
		return active[0], nil
	case len(active) > 1:
		return crm.Member{}, refuse("ambiguous-member", "several members have this name", text, wantMember, "write "+active[0].Email+" or "+active[1].Email)
	case len(found) > 0:
		return crm.Member{}, refuse("suspended-member", "the member is suspended", text, "an active member of the workspace", didYouMean(text, t.names))
	default:
		return crm.Member{}, refuse("unknown-member", "the workspace has no such member", text, wantMember, didYouMean(text, t.names))
	}
}

// completeActor adds the id or the address that a reference lacks, where the schema has it.
func completeActor(attr crm.Attribute, a crm.ActorReference) crm.ActorReference {
	for _, m := range attr.Members {
		if (a.ID != "" && strings.EqualFold(a.ID, m.ID)) || (a.ID == "" && a.Email != "" && strings.EqualFold(a.Email, m.Email)) {
			return memberReference(m)
		}
	}
	return a
}

// formatActor writes the address of a member. An actor who is none is written with its type, which cannot be read back.
func formatActor(attr crm.Attribute, _ Options) (formatOne, *diag.Finding) {
	return func(v crm.Value) tabular.Cell { return tabular.StringCell(actorText(completeActor(attr, actorIn(v)))) }, nil
}

func actorText(a crm.ActorReference) string {
	switch {
	case a.Email != "":
		return a.Email
	case a.ActorType == "" || a.ActorType == workspaceMember:
		return a.ID
	default:
		return strings.TrimSuffix(a.ActorType+"/"+a.ID, "/")
	}
}

func canonicalActor(v crm.Value) string {
	switch a := actorIn(v); {
	case a.ID != "":
		return strings.ToLower(a.ID)
	case a.Email != "":
		return strings.ToLower(a.Email)
	default:
		return a.ActorType
	}
}
