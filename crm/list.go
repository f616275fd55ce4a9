package crm

import "time"

// Access is what somebody may do with a list: "full-access", "read-and-write" or "read-only".
type Access string

// List is a list of the workspace (contract §7).
type List struct {
	ID            string
	Slug          string
	Name          string
	ParentObjects []string // slugs of the objects whose records it takes
	Access        Access   // of everybody in the workspace; empty: none beyond MemberAccess
	MemberAccess  []MemberAccess
	CreatedBy     ActorReference
	CreatedAt     time.Time // zero where the server does not say
}

// MemberAccess is what one member may do with a list.
type MemberAccess struct {
	MemberID string
	Access   Access
}

// Entry is a record's place on a list, with the list's own attributes. One record may have several entries on a list.
type Entry struct {
	ID        string
	Object    string // slug of the record's object; empty where the server does not say
	RecordID  string
	CreatedAt time.Time
	Values    map[string][]Value // by attribute slug; no entry and an empty slice both mean no value
	Unread    []string           // slugs of attributes that hold values which this program cannot read
}

// Membership is an entry as the record sees it: which list it stands on.
type Membership struct {
	EntryID   string
	ListID    string
	ListSlug  string
	CreatedAt time.Time
}

// Version is one value of an attribute with the time in which it held.
type Version struct {
	Value Value
	From  time.Time
	Until time.Time // zero: it holds still
	By    ActorReference
}
