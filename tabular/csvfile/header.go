package csvfile

import (
	"strconv"
	"strings"
)

// columnNames makes unique, deterministic names of a header's cells. Names that stand in the file come first, so that a made-up
// name never takes the place of a real one.
func columnNames(cells []string) []string {
	names := make([]string, len(cells))
	taken := make(map[string]bool, len(cells))
	for i, cell := range cells {
		name := strings.TrimSpace(cell)
		if name != "" && !taken[name] {
			names[i], taken[name] = name, true
		}
	}
	for i, cell := range cells {
		if names[i] != "" {
			continue
		}
		base, n := strings.TrimSpace(cell), 2
		if base == "" {
			base = "column_" + strconv.Itoa(i+1)
			n = 1
		}
		name := numbered(base, n)
		for taken[name] {
			n++
			name = numbered(base, n)
		}
		names[i], taken[name] = name, true
	}
	return names
}

func numbered(base string, n int) string {
	if n == 1 {
		return base
	}
	return base + " (" + strconv.Itoa(n) + ")"
}

func allBlank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
