package parquetfile

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"attio-etl/tabular"
)

// elementSize is what an element of a list counts for at least against Options.MaxCell, in bytes: nulls take no room in the file.
const elementSize = 16

// assembler puts the values of nested columns together to cells, row by row. It holds the state of one cell at a time.
type assembler struct {
	maker   *maker
	readers []*leafReader // of the column's leaves
	json    bytes.Buffer
	encoder *json.Encoder
	size    int          // of the cell so far, in bytes
	broken  tabular.Cell // the first value that is none: then the cell is none
}

func (m *maker) newAssembler(readers []*leafReader) *assembler {
	a := &assembler{maker: m, readers: readers}
	a.encoder = json.NewEncoder(&a.json)
	a.encoder.SetEscapeHTML(false)
	return a
}

// cell is the column's cell of the next row.
func (a *assembler) cell(c *column) (tabular.Cell, error) {
	a.json.Reset()
	a.size, a.broken = 0, tabular.Cell{}
	first := a.readers[c.node.leaf]
	if more, err := first.more(); err != nil || !more {
		return tabular.Cell{}, orEndsEarly(err)
	}
	if first.repLevel() != 0 {
		return tabular.Cell{}, errLevels
	}
	if first.defLevel() < c.node.def {
		return tabular.Cell{}, a.absent(c.node, c.node.def)
	}
	made, err := a.make(c)
	if err == nil {
		err = a.rowEnds()
	}
	switch {
	case err != nil:
		return tabular.Cell{}, err
	case a.size > a.maker.maxCell:
		return a.maker.tooLarge(), nil
	case a.broken.Kind() == tabular.Broken:
		return a.broken, nil
	}
	return made(), nil
}

// make reads the row's values and returns what makes a cell of them.
func (a *assembler) make(c *column) (func() tabular.Cell, error) {
	if c.shape == list {
		cells, err := a.list(c.node)
		return func() tabular.Cell { return tabular.ListCell(cells) }, err
	}
	err := a.value(c.node)
	return func() tabular.Cell { return tabular.StringCell(a.json.String()) }, err
}

func orEndsEarly(err error) error {
	if err == nil {
		return errEndsEarly
	}
	return err
}

// rowEnds makes sure that every leaf stands at the start of a row.
func (a *assembler) rowEnds() error {
	for _, r := range a.readers {
		if more, err := r.more(); err != nil {
			return err
		} else if more && r.repLevel() != 0 {
			return errLevels
		}
	}
	return nil
}

// absent takes the one entry that each leaf has for what is null or empty, which it is below a definition level.
func (a *assembler) absent(n *node, below int16) error {
	for _, r := range a.readers[n.leaf:n.end] {
		if more, err := r.more(); err != nil || !more {
			return orEndsEarly(err)
		}
		if r.defLevel() >= below {
			return errLevels
		}
		r.at++
	}
	return nil
}

// elements calls each for every element of a list or map, once the reader of its first leaf stands at one.
func (a *assembler) elements(n *node, each func() error) error {
	first := a.readers[n.leaf]
	if first.defLevel() < n.elem {
		return a.absent(n, n.elem)
	}
	for {
		if err := each(); err != nil {
			return err
		}
		more, err := first.more()
		if err != nil || !more || first.repLevel() < n.rep {
			return err
		}
		if first.repLevel() > n.rep {
			return errLevels
		}
	}
}

func (a *assembler) list(n *node) (cells []tabular.Cell, err error) {
	reader := a.readers[n.leaf]
	err = a.elements(n, func() error {
		cell, err := reader.next()
		a.count(cell)
		if a.size <= a.maker.maxCell {
			cells = append(cells, cell)
		}
		return err
	})
	return cells, err
}

// count adds a value to what the cell holds.
func (a *assembler) count(cell tabular.Cell) {
	a.size += elementSize
	switch cell.Kind() {
	case tabular.String, tabular.Bytes, tabular.Decimal:
		a.size += len(cell.Text())
	case tabular.Broken:
		if a.broken.Kind() != tabular.Broken {
			a.broken = cell
		}
	default: // of few bytes
	}
}

// value appends the JSON of a field. Keys are in the order of the schema, those of maps in the order of the file.
func (a *assembler) value(n *node) error {
	first := a.readers[n.leaf]
	if more, err := first.more(); err != nil || !more {
		return orEndsEarly(err)
	}
	if first.defLevel() < n.def {
		a.raw("null")
		return a.absent(n, n.def)
	}
	switch n.kind {
	case primitiveNode:
		cell, err := first.next()
		a.scalar(cell)
		return err
	case groupNode:
		return a.group(n)
	case listNode:
		return a.array(n)
	default:
		return a.object(n)
	}
}

func (a *assembler) group(n *node) error {
	for i, child := range n.children {
		a.raw(opening(i, "{"))
		a.text(child.name)
		a.raw(":")
		if err := a.value(child); err != nil {
			return err
		}
	}
	a.raw("}")
	return nil
}

func (a *assembler) array(n *node) error {
	i := 0
	err := a.elements(n, func() error {
		a.raw(opening(i, "["))
		i++
		return a.value(n.children[0])
	})
	if i == 0 {
		a.raw("[")
	}
	a.raw("]")
	return err
}

// object is a map. A key that comes twice would be lost to whoever reads the JSON.
func (a *assembler) object(n *node) error {
	seen := make(map[string]bool)
	err := a.elements(n, func() error {
		key, err := a.readers[n.children[0].leaf].next()
		if err != nil {
			return err
		}
		if text := key.Text(); seen[text] && a.broken.Kind() != tabular.Broken {
			a.broken = tabular.BrokenCell(text, tabular.Fault{Code: "duplicate-key", Problem: fmt.Sprintf("the map has the key %q twice", text)})
		}
		a.count(key)
		a.raw(opening(len(seen), "{"))
		if a.size <= a.maker.maxCell {
			seen[key.Text()] = true
		}
		a.text(key.Text())
		a.raw(":")
		return a.value(n.children[1])
	})
	if len(seen) == 0 {
		a.raw("{")
	}
	a.raw("}")
	return err
}

func opening(i int, bracket string) string {
	if i == 0 {
		return bracket
	}
	return ","
}

// scalar appends one value: numbers and booleans as such, bytes in base64, all else as text.
func (a *assembler) scalar(cell tabular.Cell) {
	a.count(cell)
	switch cell.Kind() {
	case tabular.Missing:
		a.raw("null")
	case tabular.Int, tabular.Decimal, tabular.Bool:
		a.raw(cell.Text())
	case tabular.Float:
		if f := cell.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			a.text(cell.Text())
		} else {
			a.raw(strconv.FormatFloat(f, 'g', -1, 64))
		}
	case tabular.Bytes:
		a.text(base64.StdEncoding.EncodeToString([]byte(cell.Text())))
	default:
		a.text(cell.Text())
	}
}

// raw appends JSON as it is. Once the cell is too large nothing more is kept: it will be refused.
func (a *assembler) raw(s string) {
	if a.size += len(s); a.size <= a.maker.maxCell {
		a.json.WriteString(s)
	}
}

// text appends a JSON string.
func (a *assembler) text(s string) {
	if a.size > a.maker.maxCell {
		return
	}
	before := a.json.Len()
	if err := a.encoder.Encode(s); err != nil {
		panic(err) // a string has a JSON form, and a buffer takes it
	}
	a.json.Truncate(a.json.Len() - 1) // the encoder ends each value with a line break
	a.size += a.json.Len() - before
}
