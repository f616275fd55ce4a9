package crm

import "time"

// RecordLink points to a record that something else is about.
type RecordLink struct {
	Object   string // slug, or id where the server says no more
	RecordID string
}

// EntryLink points to an entry of a list.
type EntryLink struct {
	List    string // slug or id
	EntryID string
}

// Note is a note on a record. When written, Text or Markdown is set; when read, both may be.
type Note struct {
	ID        string
	Parent    RecordLink
	Title     string
	Text      string // without markup
	Markdown  string
	MeetingID string
	CreatedBy ActorReference
	CreatedAt time.Time // may be set when written: a note can be back-dated
}

// Task is something to do. Its content cannot be changed once it is written.
type Task struct {
	ID          string
	Content     string    // at most 2000 characters, without markup
	Deadline    time.Time // zero: none
	Completed   bool
	CompletedAt time.Time // zero where the server does not say
	Linked      []RecordLink
	Assignees   []ActorReference // workspace members
	CreatedBy   ActorReference
	CreatedAt   time.Time
}

// TaskChange is what to change of a task; nil leaves as it is.
type TaskChange struct {
	Deadline  *time.Time // the zero time takes the deadline away
	Completed *bool
	Linked    *[]RecordLink
	Assignees *[]ActorReference
}

// TaskQuery is which tasks to read; zero parts do not restrict.
type TaskQuery struct {
	Linked    RecordLink
	Assignee  string // id or e-mail address of a member
	Completed *bool
}

// Comment is one comment of a thread. When written, one of ThreadID, Record and Entry says where.
type Comment struct {
	ID         string
	ThreadID   string
	Record     RecordLink
	Entry      EntryLink
	Content    string
	Author     ActorReference
	CreatedAt  time.Time // may be set when written
	ResolvedAt time.Time // zero: open
	ResolvedBy ActorReference
}

// Thread is a chain of comments on a record or an entry, the first comment first.
type Thread struct {
	ID        string
	Comments  []Comment
	CreatedAt time.Time
}

// Webhook tells an address of events.
type Webhook struct {
	ID            string
	URL           string
	Subscriptions []Subscription
	Status        string // "active", "degraded", "inactive": an open set
	Secret        string `json:"-"` // signs deliveries; the server tells it once, in the reply that creates the webhook
	CreatedAt     time.Time
}

// Subscription is a kind of event, and which of them.
type Subscription struct {
	Event string           // "record.created", …: an open set
	All   []EventCondition // every one must hold; only one of All and Any is set
	Any   []EventCondition // one must hold
}

// EventCondition compares a part of an event with a value.
type EventCondition struct {
	Field string // "id.object_id"
	Not   bool   // the part is to differ
	Value string
}
