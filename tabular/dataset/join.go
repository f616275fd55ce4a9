package dataset

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"attio-etl/tabular"
)

// join makes one table of the parts, or says how their columns differ.
func (s *Source) join() error {
	for _, p := range s.parts {
		if !p.isJSON() {
			s.columns = s.parts[0].Schema().Columns
			return s.sameColumns()
		}
	}
	for _, p := range s.parts {
		for _, name := range p.Schema().Columns {
			if !slices.Contains(s.columns, name) {
				s.columns = append(s.columns, name)
			}
		}
	}
	s.place()
	return s.oneMeaning()
}

// numbered is a name that was made where several members of a file have one.
var numbered = regexp.MustCompile(`^(.*) \(\d+\)$`)

// oneMeaning refuses a column that one file numbers and another does not: which of its members the other means is uncertain.
func (s *Source) oneMeaning() error {
	for _, p := range s.parts {
		for _, name := range p.Schema().Columns {
			m := numbered.FindStringSubmatch(name)
			if m == nil || p.Schema().Index(m[1]) >= 0 || !slices.Contains(s.columns, m[1]) {
				continue
			}
			problem := fmt.Sprintf("several members of the file are named %q, in another file one is", m[1])
			return p.fetched.Fault("other-columns", problem, "import the file by a job of its own")
		}
	}
	return nil
}

// sameColumns reports every file whose columns are not those of the first.
func (s *Source) sameColumns() error {
	var faults []error
	for _, p := range s.parts[1:] {
		has := p.Schema().Columns
		missing, extra := without(s.columns, has), without(has, s.columns)
		if len(missing) == 0 && len(extra) == 0 {
			continue
		}
		var parts []string
		if len(missing) > 0 {
			parts = append(parts, "it lacks "+quoted(missing))
		}
		if len(extra) > 0 {
			parts = append(parts, "it has "+quoted(extra)+" more")
		}
		problem := fmt.Sprintf("the columns are not those of %s: %s", s.parts[0].location, strings.Join(parts, "; "))
		e := p.fetched.Fault("other-columns", problem, "files that are read as one have the same columns, in any order")
		e.Line = 1
		faults = append(faults, e)
	}
	s.place()
	return errors.Join(faults...)
}

// place finds the columns of the whole in each part.
func (s *Source) place() {
	for i := range s.parts {
		has := s.parts[i].Schema()
		if slices.Equal(has.Columns, s.columns) {
			continue
		}
		from := make([]int, len(s.columns))
		for n, name := range s.columns {
			from[n] = has.Index(name)
		}
		s.parts[i].from = from
	}
}

func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}

// maxNamed is how many columns a message names.
const maxNamed = 10

func quoted(names []string) string {
	var list []string
	for _, name := range names[:min(len(names), maxNamed)] {
		list = append(list, strconv.Quote(name))
	}
	if more := len(names) - maxNamed; more > 0 {
		list = append(list, fmt.Sprintf("and %d others", more))
	}
	return strings.Join(list, ", ")
}

// arranged puts a row's cells where the columns of the whole are, into into.
func (p part) arranged(into, cells []tabular.Cell) []tabular.Cell {
	into = into[:0]
	for _, i := range p.from {
		if i < 0 {
			into = append(into, tabular.Cell{})
		} else {
			into = append(into, cells[i])
		}
	}
	return into
}
