package crm

import "errors"

// Query is which records or entries to read, and in which order.
type Query struct {
	Filter Filter // nil: all
	Sorts  []Sort // none: oldest first
	Limit  int    // how many in all; 0: no limit
	Page   int    // how many a request; 0: as many as the API allows
	From   Position
	Whole  bool // each page begins with the last item of the one before: a list from which something was taken meanwhile is ErrMoved
}

// ErrMoved says that a list cannot be read on from a position: what stood right before it stands elsewhere now.
var ErrMoved = errors.New("the list has changed since the position was taken; read it from its beginning")

// Sort is one key of an order. Property is the part of the value to sort by, which types of several parts need.
type Sort struct {
	Attribute  string
	Property   string
	Descending bool
}

// Position is a place between two pages of a list, at which reading can go on later. The zero value is the beginning.
type Position struct {
	Offset int    // items before it, as the server counts them
	Last   string // id of the item right before it: when that stands elsewhere, the list has moved
	Cursor string // what a server that gives cursors wants back
}

// Page is one reply of a list that is read page by page.
type Page[T any] struct {
	Items    []T      // without those that an earlier page had
	Repeated int      // how many were left out because an earlier page had them
	Next     Position // where reading goes on
	Last     bool     // nothing comes after this page
}
