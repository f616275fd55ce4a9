package profile

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"attio-etl/tabular"
)

// Column is what is known of a column.
type Column struct {
	Name    string
	Blank   int64  // cells that hold nothing
	Longest int    // characters of the longest text
	Example string // the first value, shortened

	cells    [kinds]int64 // by kind
	distinct sketch
}

// kinds is how many kinds of cells there are.
const kinds = int(tabular.Broken) + 1

// KindCount is how many cells are of a kind.
type KindCount struct {
	Kind  tabular.Kind
	Cells int64
}

// add takes in a cell. An error that stands in the place of a value is not one of the values.
func (c *Column) add(cell *tabular.Cell) {
	c.cells[cell.Kind()]++
	switch {
	case cell.IsBlank():
		c.Blank++
		return
	case cell.Kind() == tabular.Broken:
		return
	}
	text := cell.Text()
	c.Longest = max(c.Longest, utf8.RuneCountInString(text))
	c.distinct.add(text)
	if c.Example == "" {
		c.Example = shortened(text)
	}
}

// Kinds are the kinds of cells that occur, those that are missing or empty included.
func (c *Column) Kinds() []KindCount {
	var all []KindCount
	for kind, n := range c.cells {
		if n > 0 {
			all = append(all, KindCount{tabular.Kind(kind), n})
		}
	}
	return all
}

// Values is how many cells hold a value.
func (c *Column) Values() int64 {
	n := -c.Blank - c.cells[tabular.Broken]
	for _, cells := range c.cells {
		n += cells
	}
	return n
}

// Distinct is how many different values there are, by their texts. Where it is an estimate it is never more than the values.
func (c *Column) Distinct() (n int64, exact bool) {
	n, exact = c.distinct.count()
	return min(n, c.Values()), exact
}

// shownText is how many characters of a text are shown: enough to tell what a column holds, too few for a note on a person.
const shownText = 24

// shortened is the start of a text on one line.
func shortened(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > shownText {
			b.WriteRune('…')
			break
		}
		if !unicode.IsPrint(r) {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}
