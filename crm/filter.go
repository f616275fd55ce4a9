package crm

import (
	"slices"
	"strconv"
	"strings"
)

// Filter is a condition on records or entries. The set of its kinds is closed: And, Or, Not, Compare and Together. What a workspace's
// API makes of it is package attio's business; ParseFilter reads the spelling of job files.
type Filter interface{ filter() }

// And holds where every part holds; without parts it holds everywhere.
type And []Filter

// Or holds where any part holds; without parts it holds nowhere.
type Or []Filter

// Not holds where its part does not, records without a value of the attribute included.
type Not struct{ Filter Filter }

// Compare holds where a value of an attribute compares as asked.
type Compare struct {
	// Path leads from what is queried to the attribute: one step for its own attributes, more along references. Where the last step
	// but one is no reference, the last step is the property: "name.last_name".
	Path     []Step
	Property string // part of the value: "last_name"; empty for the main one of the attribute's type
	Operator Operator
	// Value is a string, a bool or a json.Number; a list of them for In and NotIn, nil for Exists and NotExists.
	Value any
}

// Together holds where one value of an attribute meets all comparisons. They have one path.
type Together []Compare

// Step is one attribute of a path. Target is the slug of the object or list that it belongs to; empty means the one that the step before
// refers to.
type Step struct{ Target, Attribute string }

func (And) filter()      {}
func (Or) filter()       {}
func (Not) filter()      {}
func (Compare) filter()  {}
func (Together) filter() {}

// Operator is a comparison, spelled as job files spell it.
type Operator string

// The operators: the union of what the two API contracts have.
const (
	Equal          Operator = "$eq"
	NotEqual       Operator = "$ne"
	In             Operator = "$in"
	NotIn          Operator = "$nin"
	Contains       Operator = "$contains"
	StartsWith     Operator = "$starts_with"
	EndsWith       Operator = "$ends_with"
	Less           Operator = "$lt"
	LessOrEqual    Operator = "$lte"
	Greater        Operator = "$gt"
	GreaterOrEqual Operator = "$gte"
	Exists         Operator = "$exists"
	NotExists      Operator = "$not_exists"
)

// Operators lists the operators in the order in which messages name them.
func Operators() []Operator {
	return []Operator{
		Equal, NotEqual, In, NotIn, Contains, StartsWith, EndsWith, Less, LessOrEqual, Greater, GreaterOrEqual, Exists, NotExists,
	}
}

// Name is the path and the property with dots, as a person writes it: "company.name.last_name".
func (c Compare) Name() string {
	parts := make([]string, 0, len(c.Path)+1)
	for _, step := range c.Path {
		parts = append(parts, step.Attribute)
	}
	if c.Property != "" {
		parts = append(parts, c.Property)
	}
	return strings.Join(parts, ".")
}

// FilterError is a place of a filter that is not of the language.
type FilterError struct {
	Path    []string // keys and indexes that lead to it: "$and", "0", "name"
	Problem string
	Want    string
}

// Error names the place.
func (e *FilterError) Error() string {
	s := e.Problem
	if e.Want != "" {
		s += "; want " + e.Want
	}
	if len(e.Path) == 0 {
		return s
	}
	return strings.Join(e.Path, ".") + ": " + s
}

// place is where a parser stands. Paths of different branches share no memory.
type place []string

func (p place) at(key string) place { return append(slices.Clip(p), key) }

func (p place) index(i int) place { return p.at(strconv.Itoa(i)) }

func (p place) wrong(problem, want string) error {
	return &FilterError{Path: p, Problem: problem, Want: want}
}
