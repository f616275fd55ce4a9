package tabular

import (
	"strconv"
	"strings"
)

// ColumnNames makes unique, deterministic names of a header's cells. Of a name that stands there several times each gets a number, the
// first one too: a job that names it must say which one it means. Names that stand in the file once come first, so that a made-up name
// never takes the place of a real one.
func ColumnNames(cells []string) []string {
	names := make([]string, len(cells))
	count := make(map[string]int, len(cells))
	for i, cell := range cells {
		names[i] = strings.TrimSpace(cell)
		count[names[i]]++
	}
	taken := make(map[string]bool, len(cells))
	for _, name := range names {
		taken[name] = count[name] == 1 && name != ""
	}
	for i, name := range names {
		if taken[name] && count[name] == 1 {
			continue
		}
		names[i] = unused(name, i, taken)
		taken[names[i]] = true
	}
	return names
}

// unused makes a name for the cell at a position of the header.
func unused(name string, position int, taken map[string]bool) string {
	if name == "" {
		name = "column_" + strconv.Itoa(position+1)
		if !taken[name] {
			return name
		}
	}
	for n := 1; ; n++ {
		if numbered := name + " (" + strconv.Itoa(n) + ")"; !taken[numbered] {
			return numbered
		}
	}
}
