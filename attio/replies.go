package attio

import (
	"cmp"
	"encoding/json"
	"time"

	"attio-etl/crm"
)

// The replies of both contracts. Parts may be missing or null, parts that are not known here are passed over.

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
	Slug        string   `json:"api_slug"`
	Title       string   `json:"title"`
	Name        string   `json:"name"` // reference: the title
	Description string   `json:"description"`
	Type        crm.Type `json:"type"`
	System      bool     `json:"is_system_attribute"`
	Writable    *bool    `json:"is_writable"`
	Required    bool     `json:"is_required"`
	Unique      *bool    `json:"is_unique"`
	Multi       bool     `json:"is_multiselect"`
	Archived    bool     `json:"is_archived"`
	Config      struct {
		Currency struct {
			Code  string `json:"default_currency_code"`
			Style string `json:"display_type"`
		} `json:"currency"`
		Reference struct {
			ObjectIDs []string `json:"allowed_object_ids"` // null: any
		} `json:"record_reference"`
	} `json:"config"`
	Relationship *endJSON `json:"relationship"`
}

// endJSON is the other end of a relationship. Older replies have its ids alone (contract §5).
type endJSON struct {
	ID struct {
		Object    string `json:"object_id"`
		Attribute string `json:"attribute_id"`
	} `json:"id"`
	Object string `json:"object_slug"`
	Slug   string `json:"api_slug"`
	Multi  *bool  `json:"is_multiselect"`
}

// read takes an end that does not say so for one that may hold several: nothing is refused for what is not known.
func (j *endJSON) read() *crm.End {
	if j == nil || cmp.Or(j.Slug, j.ID.Attribute) == "" {
		return nil
	}
	return &crm.End{
		Object: cmp.Or(j.Object, j.ID.Object), Attribute: cmp.Or(j.Slug, j.ID.Attribute), Multi: j.Multi == nil || *j.Multi,
	}
}

// read is all but the flags that a contract may leave out.
func (j *attributeJSON) read() crm.Attribute {
	title := j.Title
	if title == "" {
		title = j.Name
	}
	return crm.Attribute{
		ID: j.ID.Attribute, Slug: j.Slug, Title: title, Type: j.Type, Description: j.Description,
		Required: j.Required, Multi: j.Multi, Archived: j.Archived, System: j.System,
		Currency: j.Config.Currency.Code, CurrencyStyle: j.Config.Currency.Style, AllowedObjects: j.Config.Reference.ObjectIDs,
		Other: j.Relationship.read(),
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

	CreatedAt moment `json:"created_at"`
}

func (m memberJSON) read() crm.Member {
	return crm.Member{
		ID: m.ID.Member, First: m.First, Last: m.Last, Email: m.Email, Suspended: m.Access == "suspended", Access: m.Access, CreatedAt: m.CreatedAt.Time,
	}
}

// ident is an id or a slug that stands alone, or as the one text of an object around it ({"record_id": "rec_123"}, reference). Of what
// is neither nothing is read.
type ident string

// UnmarshalJSON implements json.Unmarshaler.
func (i *ident) UnmarshalJSON(b []byte) error {
	*i = ""
	var text string
	if json.Unmarshal(b, &text) == nil {
		*i = ident(text)
		return nil
	}
	var around map[string]ident
	if b[0] == '{' && json.Unmarshal(b, &around) == nil && len(around) == 1 {
		for _, text := range around {
			*i = text
		}
	}
	return nil
}

// idents is one ident or a list of them.
type idents []string

// UnmarshalJSON implements json.Unmarshaler.
func (l *idents) UnmarshalJSON(b []byte) error {
	*l = nil
	var list []ident
	if json.Unmarshal(b, &list) != nil {
		list = make([]ident, 1)
		if err := list[0].UnmarshalJSON(b); err != nil {
			return err
		}
	}
	for _, id := range list {
		if id != "" {
			*l = append(*l, string(id))
		}
	}
	return nil
}

// moment is a point in time. One that is missing, null or cannot be read is the zero time.
type moment struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(b []byte) error {
	var text string
	m.Time = time.Time{}
	if json.Unmarshal(b, &text) == nil {
		m.Time, _ = readTime(text)
	}
	return nil
}

func (a actorJSON) read() crm.ActorReference {
	return crm.ActorReference{ActorType: a.kind.text, ID: a.id.text}
}

type listJSON struct {
	ID struct {
		List string `json:"list_id"`
	} `json:"id"`
	Slug      string             `json:"api_slug"`
	Name      string             `json:"name"`
	Parents   idents             `json:"parent_object"`
	Object    ident              `json:"object_id"` // reference: the parent object
	Access    crm.Access         `json:"workspace_access"`
	Members   []memberAccessJSON `json:"workspace_member_access"`
	CreatedBy actorJSON          `json:"created_by_actor"`
	CreatedAt moment             `json:"created_at"`
}

func (j listJSON) read() crm.List {
	l := crm.List{
		ID: j.ID.List, Slug: j.Slug, Name: j.Name, ParentObjects: j.Parents, Access: j.Access,
		CreatedBy: j.CreatedBy.read(), CreatedAt: j.CreatedAt.Time,
	}
	if len(l.ParentObjects) == 0 && j.Object != "" {
		l.ParentObjects = []string{string(j.Object)}
	}
	for _, m := range j.Members {
		l.MemberAccess = append(l.MemberAccess, crm.MemberAccess{MemberID: m.Member, Access: m.Level})
	}
	return l
}

type membershipJSON struct {
	Entry     string `json:"entry_id"`
	List      string `json:"list_id"`
	Slug      string `json:"list_api_slug"`
	CreatedAt moment `json:"created_at"`
}

func (j membershipJSON) read() crm.Membership {
	return crm.Membership{EntryID: j.Entry, ListID: j.List, ListSlug: j.Slug, CreatedAt: j.CreatedAt.Time}
}

// readAs turns the items of a reply into the vocabulary; nothing stays nothing.
func readAs[J, T any](found []J, read func(J) T) []T {
	if found == nil {
		return nil
	}
	list := make([]T, len(found))
	for i, j := range found {
		list[i] = read(j)
	}
	return list
}
