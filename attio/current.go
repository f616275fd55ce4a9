package attio

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"attio-etl/crm"
	"attio-etl/internal/pace"
)

// reading and writing are how a call is paced: what draws on the read budget, and what may be sent twice (contract §2 and §3).
var (
	reading   = pace.Call{Kind: pace.Read, Repeatable: true}
	rewriting = pace.Call{Kind: pace.Write, Repeatable: true}
	writing   = pace.Call{Kind: pace.Write}
)

func get(op string, s scope, path ...string) *request {
	return &request{op: op, method: http.MethodGet, path: path, call: reading, scope: s}
}

// dataJSON is the envelope around almost every reply.
type dataJSON[T any] struct {
	Data *T `json:"data"`
}

// selfJSON is the reply of GET /v2/self, which has no envelope (contract §1).
type selfJSON struct {
	Active        bool   `json:"active"`
	Scope         string `json:"scope"`
	WorkspaceID   string `json:"workspace_id"`
	WorkspaceName string `json:"workspace_name"`
	WorkspaceSlug string `json:"workspace_slug"`
}

type objectJSON struct {
	ID struct {
		Object string `json:"object_id"`
	} `json:"id"`
	Slug     string `json:"api_slug"` // this and the nouns may be null
	Singular string `json:"singular_noun"`
	Plural   string `json:"plural_noun"`
}

func (o objectJSON) read() crm.Object {
	return crm.Object{ID: o.ID.Object, Slug: o.Slug, Singular: o.Singular, Plural: o.Plural}
}

type attributeJSON struct {
	ID struct {
		Attribute string `json:"attribute_id"`
	} `json:"id"`
	Slug     string   `json:"api_slug"`
	Title    string   `json:"title"`
	Type     crm.Type `json:"type"`
	System   bool     `json:"is_system_attribute"`
	Writable bool     `json:"is_writable"`
	Required bool     `json:"is_required"`
	Unique   bool     `json:"is_unique"`
	Multi    bool     `json:"is_multiselect"`
	Archived bool     `json:"is_archived"`
	Config   struct {
		Currency struct {
			Code string `json:"default_currency_code"`
		} `json:"currency"`
		Reference struct {
			ObjectIDs []string `json:"allowed_object_ids"` // null: any
		} `json:"record_reference"`
	} `json:"config"`
}

// read leaves AllowedObjects to hold ids, as the API sends them.
func (a attributeJSON) read() crm.Attribute {
	return crm.Attribute{
		ID: a.ID.Attribute, Slug: a.Slug, Title: a.Title, Type: a.Type,
		Writable: a.Writable && !a.Archived && a.Type != crm.TypeInteraction,
		Required: a.Required, Unique: a.Unique, Multi: a.Multi, Archived: a.Archived, System: a.System,
		Currency: a.Config.Currency.Code, AllowedObjects: a.Config.Reference.ObjectIDs,
	}
}

type choiceDefJSON struct {
	ID struct {
		Option string `json:"option_id"`
		Status string `json:"status_id"`
	} `json:"id"`
	Title    string `json:"title"`
	Archived bool   `json:"is_archived"`
}

func (c choiceDefJSON) read() crm.Choice {
	return crm.Choice{ID: c.ID.Option + c.ID.Status, Title: c.Title, Archived: c.Archived}
}

type memberJSON struct {
	ID struct {
		Member string `json:"workspace_member_id"`
	} `json:"id"`
	First  string `json:"first_name"`
	Last   string `json:"last_name"`
	Email  string `json:"email_address"`
	Access string `json:"access_level"`
}

func (m memberJSON) read() crm.Member {
	return crm.Member{ID: m.ID.Member, First: m.First, Last: m.Last, Email: m.Email, Suspended: m.Access == "suspended"}
}

// targetPath is the path of an object's or a list's attributes.
func targetPath(t crm.Target, more ...string) []string {
	path := []string{"objects", t.Object, "attributes"}
	if t.List != "" {
		path = []string{"lists", t.List, "attributes"}
	}
	return append(path, more...)
}

func attributesPage(t crm.Target, limit, offset int) *request {
	r := get("read the attributes of "+t.String(), scopeRun, targetPath(t)...)
	r.query = url.Values{"limit": {strconv.Itoa(limit)}, "offset": {strconv.Itoa(offset)}, "show_archived": {"true"}}
	return r
}

// choicesOf asks for the "options" or "statuses" of an attribute, which come all at once.
func choicesOf(t crm.Target, attribute, kind string) *request {
	r := get(fmt.Sprintf("read the %s of %s.%s", kind, t, attribute), scopeRun, targetPath(t, attribute, kind)...)
	r.query = url.Values{"show_archived": {"true"}}
	return r
}

// choiceTitleJSON is the body that creates an option or a status.
type choiceTitleJSON struct {
	Data struct {
		Title string `json:"title"`
	} `json:"data"`
}

// createChoice asks for a new option or status. A title that exists is refused as a conflict, so sending it twice does no more than
// sending it once.
func createChoice(t crm.Target, attribute, kind, title string) *request {
	var body choiceTitleJSON
	body.Data.Title = title
	return &request{
		op: fmt.Sprintf("create %q among the %s of %s.%s", title, kind, t, attribute), method: http.MethodPost,
		path: targetPath(t, attribute, kind), body: body, call: rewriting, scope: scopeRun,
	}
}

type sortJSON struct {
	Direction string `json:"direction"`
	Attribute string `json:"attribute"`
	Field     string `json:"field,omitempty"`
}

// queryJSON is the body of a query, the one body without an envelope.
type queryJSON struct {
	Filter Filter     `json:"filter,omitempty"`
	Sorts  []sortJSON `json:"sorts,omitempty"`
	Limit  int        `json:"limit"`
	Offset int        `json:"offset"`
}

func queryRecords(object string, q Query, s scope) *request {
	body := queryJSON{Filter: q.Filter, Limit: q.Limit, Offset: q.Offset}
	for _, by := range q.Sorts {
		direction := "asc"
		if by.Descending {
			direction = "desc"
		}
		body.Sorts = append(body.Sorts, sortJSON{Direction: direction, Attribute: by.Attribute, Field: by.Field})
	}
	return &request{
		op: "query " + object, method: http.MethodPost, path: []string{"objects", object, "records", "query"},
		body: body, call: reading, scope: s,
	}
}

// holdsAny is the filter for records that hold any of a key's values. The bare value means equality with the type's main property
// (contract §8), so that the filter need not know the type.
func holdsAny(key crm.Key) Filter {
	equal := make([]Filter, len(key.Values))
	for i, value := range key.Values {
		equal[i] = Filter{key.Attribute: filterValue(key.Type, value)}
	}
	if len(equal) == 1 {
		return equal[0]
	}
	return Filter{"$or": equal}
}

// filterValue is a value in canonical form as a filter has it: a number for the types that are compared as numbers (contract §8).
func filterValue(t crm.Type, value string) any {
	if t == crm.TypeNumber || t == crm.TypeRating {
		return json.Number(value)
	}
	return value
}

func createRecord(object string) *request {
	return &request{op: "create " + object, method: http.MethodPost, path: []string{"objects", object, "records"}, call: writing, scope: scopeRow}
}

func assertRecord(object, match string) *request {
	return &request{
		op: "assert " + object, method: http.MethodPut, path: []string{"objects", object, "records"},
		query: url.Values{"matching_attribute": {match}}, call: rewriting, scope: scopeRow,
	}
}

// recordByID is a call of one record: op says what is done to it.
func recordByID(op, method, object, id string, call pace.Call) *request {
	return &request{
		op: op + " " + object + "/" + id, method: method, path: []string{"objects", object, "records", id},
		call: call, scope: scopeRecord,
	}
}

// patching is how a PATCH is paced. It adds to an attribute of several values, and what a second one adds is not documented
// (contract §13): only fields that can hold one value at most may be patched twice.
func patching(fields []crm.Field) pace.Call {
	for _, f := range fields {
		if len(f.Values) > 1 {
			return writing
		}
		for _, v := range f.Values {
			switch v.(type) {
			case crm.Select, crm.RecordReference, crm.ActorReference, crm.Domain, crm.EmailAddress, crm.PhoneNumber:
				return writing
			}
		}
	}
	return rewriting
}

// valuesJSON is the body of every write of a record.
type valuesJSON struct {
	Data struct {
		Values map[string][]any `json:"values"`
	} `json:"data"`
}

type recordJSON struct {
	ID struct {
		Record string `json:"record_id"`
	} `json:"id"`
	CreatedAt scalar                `json:"created_at"`
	WebURL    string                `json:"web_url"`
	Values    map[string]valuesList `json:"values"` // may be null or missing
}

// valuesList is the values of one attribute. One that is not a list of objects is odd rather than an error, like a scalar.
type valuesList struct {
	values []valueJSON
	odd    bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *valuesList) UnmarshalJSON(b []byte) error {
	l.values = nil
	l.odd = json.Unmarshal(b, &l.values) != nil
	return nil
}
