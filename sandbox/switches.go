package sandbox

import (
	"fmt"
	"slices"
)

// Switches decide what contract.md leaves UNCONFIRMED. The zero value of each is the default: the reading that its sources make
// most likely, or where they are silent the stricter one.
type Switches struct {
	// QueryLimit is what a query with a larger limit than 500 gets (contract §6, §17.1).
	QueryLimit QueryLimit
	// PatchEmpty is what PATCH with [] does to a single value (§6, §17.3).
	PatchEmpty PatchEmpty
	// NullValue is what null does where a value is expected (§6).
	NullValue NullValue
	// AssertMany is what an assert does whose values belong to several records (§6, §17.4).
	AssertMany AssertMany
	// RetryAfter is the form of that header (§2).
	RetryAfter RetryAfter
	// TitleCase is how titles of options and statuses are compared (§13, §17.8).
	TitleCase TitleCase
	// InOperator says for which types $in is an operator (§8, §17.7).
	InOperator InOperator
	// NotEmpty says for which types $not_empty is an operator (§8, §17.7).
	NotEmpty NotEmpty
	// PatchDuplicates is what PATCH does with a value that a multiselect has already (§13, §17.10).
	PatchDuplicates PatchDuplicates
	// QueryCounts says which limit a POST …/query counts against (§2, §17.2).
	QueryCounts QueryCounts
	// PartialTimestamp is what becomes of a timestamp that is a year or a month (§17.11).
	PartialTimestamp PartialTimestamp
	// ListAttributeID is the id that an attribute of a list has beside its own (§5, §17.9).
	ListAttributeID ListAttributeID
}

type (
	// QueryLimit is the type of the switch of that name.
	QueryLimit string
	// PatchEmpty is the type of the switch of that name.
	PatchEmpty string
	// NullValue is the type of the switch of that name.
	NullValue string
	// AssertMany is the type of the switch of that name.
	AssertMany string
	// RetryAfter is the type of the switch of that name.
	RetryAfter string
	// TitleCase is the type of the switch of that name.
	TitleCase string
	// InOperator is the type of the switch of that name.
	InOperator string
	// NotEmpty is the type of the switch of that name.
	NotEmpty string
	// PatchDuplicates is the type of the switch of that name.
	PatchDuplicates string
	// QueryCounts is the type of the switch of that name.
	QueryCounts string
	// PartialTimestamp is the type of the switch of that name.
	PartialTimestamp string
	// ListAttributeID is the type of the switch of that name.
	ListAttributeID string
)

// Values of switches. An empty string means the first of its type.
const (
	LimitClamped QueryLimit = "clamp" // 500 records, as if 500 had been asked for
	LimitRefused QueryLimit = "error" // 400 validation_type

	PatchEmptyClears PatchEmpty = "clear"
	PatchEmptyKeeps  PatchEmpty = "keep"

	NullRefused NullValue = "error"
	NullClears  NullValue = "clear" // as []

	ManyRefused AssertMany = "error" // 400 multiple_match_results
	ManyFirst   AssertMany = "first" // the oldest of them is changed; another's unique value is still a conflict

	RetryAfterDate    RetryAfter = "date"
	RetryAfterSeconds RetryAfter = "seconds"

	TitleExact  TitleCase = "exact"
	TitleFolded TitleCase = "fold"

	InDocumented InOperator = "documented" // text, record_id, target_record_id
	InEverywhere InOperator = "everywhere"

	NotEmptyEverywhere NotEmpty = "everywhere"
	NotEmptyDocumented NotEmpty = "documented" // the properties of contract §8 alone

	DuplicatesCollapsed PatchDuplicates = "collapse"
	DuplicatesKept      PatchDuplicates = "keep"

	QueryIsRead  QueryCounts = "read"
	QueryIsWrite QueryCounts = "write"

	PartialRefused  PartialTimestamp = "error"
	PartialAccepted PartialTimestamp = "first_moment"

	ListAttributeObjectID ListAttributeID = "object_id" // its value is the id of the list
	ListAttributeListID   ListAttributeID = "list_id"
)

// choices lists where each switch is kept, by the key that a scenario file has for it, with its values.
func (s *Switches) choices() map[string]switchChoice {
	return map[string]switchChoice{
		"query_limit":       choose(&s.QueryLimit, LimitClamped, LimitRefused),
		"patch_empty":       choose(&s.PatchEmpty, PatchEmptyClears, PatchEmptyKeeps),
		"null_value":        choose(&s.NullValue, NullRefused, NullClears),
		"assert_many":       choose(&s.AssertMany, ManyRefused, ManyFirst),
		"retry_after":       choose(&s.RetryAfter, RetryAfterDate, RetryAfterSeconds),
		"title_case":        choose(&s.TitleCase, TitleExact, TitleFolded),
		"in_operator":       choose(&s.InOperator, InDocumented, InEverywhere),
		"not_empty":         choose(&s.NotEmpty, NotEmptyEverywhere, NotEmptyDocumented),
		"patch_duplicates":  choose(&s.PatchDuplicates, DuplicatesCollapsed, DuplicatesKept),
		"query_counts":      choose(&s.QueryCounts, QueryIsRead, QueryIsWrite),
		"partial_timestamp": choose(&s.PartialTimestamp, PartialRefused, PartialAccepted),
		"list_attribute_id": choose(&s.ListAttributeID, ListAttributeObjectID, ListAttributeListID),
	}
}

// switchChoice is one switch: how to set it, what it is now and what it may be.
type switchChoice struct {
	set    func(string)
	get    func() string
	values []string
}

func choose[T ~string](at *T, values ...T) switchChoice {
	c := switchChoice{set: func(v string) { *at = T(v) }, get: func() string { return string(*at) }}
	for _, v := range values {
		c.values = append(c.values, string(v))
	}
	return c
}

// settle puts the default where nothing is set and refuses what is not a value.
func (s *Switches) settle() error {
	for key, c := range s.choices() {
		if c.get() == "" {
			c.set(c.values[0])
		}
		if err := c.check(c.get()); err != nil {
			return fmt.Errorf("switch %s: %w", key, err)
		}
	}
	return nil
}

func (c switchChoice) check(value string) error {
	if slices.Contains(c.values, value) {
		return nil
	}
	return fmt.Errorf("want one of %v, got %q", c.values, value)
}
