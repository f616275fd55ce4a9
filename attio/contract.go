package attio

import (
	"fmt"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// Contract is which API a server speaks.
type Contract uint8

// The contracts.
const (
	Current   Contract = iota // Attio's published API
	Reference                 // the API document that came before it: other bodies, other values, fewer calls
	Auto                      // Current at api.attio.com; elsewhere GET /v2/self tells, which Reference does not have
)

// ParseContract reads the name of a contract: "current", "reference" or "auto".
func ParseContract(name string) (Contract, error) {
	for _, k := range []Contract{Current, Reference, Auto} {
		if k.String() == name {
			return k, nil
		}
	}
	return Auto, fmt.Errorf("there is no contract %q; want auto, current or reference", name)
}

// String is the contract's name.
func (k Contract) String() string {
	switch k {
	case Current:
		return "current"
	case Reference:
		return "reference"
	default:
		return "auto"
	}
}

// contract is how one API is spoken: which request stands for what is to be done, and how values and conditions are spelled. It is the
// one place where the two contracts differ. Replies are read by one reader, which takes either's shapes. A call that a contract does not
// have is a request that carries an error (see unspoken).
type contract interface {
	spelling
	schemaCalls
	recordCalls
	listCalls
	activityCalls
}

// spelling is what a contract makes of values, attributes and conditions.
type spelling interface {
	kind() Contract
	// value is the values of one field as a request holds them.
	value(a crm.Attribute, values []crm.Value) (any, error)
	// attribute is an attribute as a reply describes it.
	attribute(j *attributeJSON) crm.Attribute
	// where is the filter of a query on a target. Findings say what the contract cannot ask.
	where(f crm.Filter, s *scene) (any, diag.List, error)
	abilities
}

// abilities are what a contract can do at all, where the client has to go another way if it cannot.
type abilities interface {
	// typed: the values of a target can be read without its schema, as each names its type, or there are none.
	typed(t crm.Target) bool
	// listsChoices: the options of an attribute, and the members of the workspace, can be asked for.
	listsChoices() bool
	// tellsSelf: the API says what a token opens.
	tellsSelf() bool
	// patchAdds: a PATCH adds to an attribute of several values.
	patchAdds() bool
	// linksTasks: tasks can be selected by a record that they are linked to.
	linksTasks() bool
}

type schemaCalls interface {
	self() *request
	objectCalls
	attributeCalls
	choiceCalls
}

type objectCalls interface {
	objects() *request
	object(slug string) *request
	createObject(o crm.Object) *request
	updateObject(slug string, o crm.Object) *request
}

type attributeCalls interface {
	attributes(t crm.Target, limit int, at crm.Position) *request
	attributeOf(t crm.Target, attribute string) *request
	createAttribute(t crm.Target, a crm.Attribute) *request
	updateAttribute(t crm.Target, attribute string, change crm.AttributeChange) *request
}

// choiceCalls are for options and statuses, which is what kind says.
type choiceCalls interface {
	choices(t crm.Target, attribute, kind string) *request
	createChoice(t crm.Target, attribute, kind, title string) *request
	updateChoice(t crm.Target, attribute, kind, choice string, change crm.ChoiceChange) *request
}

type recordCalls interface {
	// find asks for a page of records or entries.
	find(t crm.Target, q queryJSON, s scope) *request
	createRecord(object string) *request
	assertRecord(object, match string) *request
	recordByID
	history
}

type recordByID interface {
	getRecord(object, id string) *request
	patchRecord(object, id string, fields []crm.Field) *request
	putRecord(object, id string) *request
	deleteRecord(object, id string) *request
}

type history interface {
	versions(t crm.Target, id, attribute string, limit, offset int) *request
	memberships(object, id string, limit, offset int) *request
}

type listCalls interface {
	lists() *request
	list(slug string) *request
	createList(l crm.List) *request
	updateList(slug string, l crm.List) *request
	entryCalls
}

type entryCalls interface {
	createEntry(list string, parent crm.RecordLink) *request
	assertEntry(list string, parent crm.RecordLink) *request
	entryByID
}

type entryByID interface {
	getEntry(list, id string) *request
	patchEntry(list, id string, fields []crm.Field) *request
	putEntry(list, id string) *request
	deleteEntry(list, id string) *request
}

type activityCalls interface {
	noteCalls
	taskCalls
	memberCalls
	commentCalls
	webhookCalls
}

type noteCalls interface {
	notes(parent crm.RecordLink, limit, offset int) *request
	note(id string) *request
	createNote(n crm.Note) *request
	deleteNote(id string) *request
}

type taskCalls interface {
	tasks(q crm.TaskQuery, limit, offset int) *request
	task(id string) *request
	createTask(t crm.Task) *request
	updateTask(id string, change crm.TaskChange) *request
	deleteTask(id string) *request
}

type memberCalls interface {
	members() *request
	member(id string) *request
}

type commentCalls interface {
	comment(id string) *request
	createComment(c crm.Comment) *request
	deleteComment(id string) *request
	threads(record crm.RecordLink, entry crm.EntryLink, limit, offset int) *request
	thread(id string) *request
}

type webhookCalls interface {
	webhooks(limit, offset int) *request
	webhook(id string) *request
	createWebhook(w crm.Webhook) *request
	updateWebhook(id string, w crm.Webhook) *request
	deleteWebhook(id string) *request
}

// unspoken stands for a call that a contract does not have, or not with what was asked of it.
func unspoken(k Contract, op, problem string) *request {
	r := &request{op: op}
	e := r.fault(0, CodeUnspoken, fmt.Sprintf("the %s contract %s", k, problem))
	e.unsent = true
	r.refused = e
	return r
}
