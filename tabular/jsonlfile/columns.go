package jsonlfile

import "strings"

// separator joins the names of a path. It occurs in no name, as names are valid UTF-8.
const separator = "\xff"

// columns are the paths of the members that occur, in the order in which they do.
type columns struct {
	index map[string]int
	paths []string
}

func newColumns() *columns { return &columns{index: map[string]int{}} }

func (c *columns) len() int { return len(c.paths) }

// find is the place of a path's column, -1 for none.
func (c *columns) find(path []byte) int {
	if i, ok := c.index[string(path)]; ok {
		return i
	}
	return -1
}

// add is the place of a path's column, a new one if need be.
func (c *columns) add(path []byte) int {
	if i := c.find(path); i >= 0 {
		return i
	}
	c.index[string(path)] = len(c.paths)
	c.paths = append(c.paths, string(path))
	return len(c.paths) - 1
}

// keep drops all columns but the first n.
func (c *columns) keep(n int) {
	for _, path := range c.paths[n:] {
		delete(c.index, path)
	}
	c.paths = c.paths[:n]
}

// names are the paths as users write them. They may not be unique yet.
func (c *columns) names() []string {
	names := make([]string, len(c.paths))
	for i, path := range c.paths {
		names[i] = strings.ReplaceAll(path[len(separator):], separator, ".")
	}
	return names
}
