package parquetfile

import (
	"errors"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

var (
	errRowGroup = errors.New("a row group does not have the columns of the schema")
	errRows     = errors.New("the row groups do not add up to the number of rows")
	errChunk    = errors.New("a column is said to stand where there is none")
	errWidth    = errors.New("a column claims values longer than any cell may be")
)

// shape is what the cells of a column are made of.
type shape uint8

const (
	flat   shape = iota // one value
	list                // a list of values of a primitive type
	nested              // anything else: JSON text
)

// column is a field of the schema's root.
type column struct {
	name   string
	shape  shape
	node   *node
	leaves []*leafColumn // in schema order
}

// leafColumn is a column as Parquet has them: the values of one primitive field.
type leafColumn struct {
	index          int // among the leaves of the schema
	descr          *schema.Column
	maxDef, maxRep int16
}

// scale is how many decimal places a decimal column has, 0 for any other.
func (l *leafColumn) scale() int32 {
	if t, ok := l.descr.LogicalType().(schema.DecimalLogicalType); ok {
		return t.Scale()
	}
	return 0
}

type nodeKind uint8

const (
	primitiveNode nodeKind = iota
	groupNode
	listNode // children: the element
	mapNode  // children: key, value
)

// node is a field and what stands below it. Levels are those of the format: a value's definition level says how far down its path
// there is something, its repetition level which list it continues.
type node struct {
	name     string
	kind     nodeKind
	def      int16 // the field is null below this definition level
	elem     int16 // lists and maps: they are empty below this definition level
	rep      int16 // lists and maps: repetition level of every element but the first
	leaf     int   // position of the first leaf at or below it among the column's leaves
	end      int   // and one behind the last
	children []*node
}

// planner makes columns of a schema, counting its leaves.
type planner struct {
	schema  *schema.Schema
	next    int // index of the next leaf
	current *column
}

func (p *planner) column(name string, field schema.Node) *column {
	c := &column{name: name}
	p.current = c
	c.node = p.field(field, 0, 0)
	switch {
	case c.node.kind == primitiveNode:
		c.shape = flat
	case c.node.kind == listNode && c.node.children[0].kind == primitiveNode:
		c.shape = list
	default:
		c.shape = nested
	}
	return c
}

// field plans a field whose parent is present from definition level def on, inside of rep lists.
func (p *planner) field(n schema.Node, def, rep int16) *node {
	switch n.RepetitionType() {
	case parquet.Repetitions.Repeated: // a list without a group around it
		return p.list(n.Name(), listNode, def, rep, func(def, rep int16) []*node { return []*node{p.value(n, def, rep)} })
	case parquet.Repetitions.Optional:
		def++
	}
	return p.value(n, def, rep)
}

// value plans what a field holds once it is present, which it is from definition level def on.
func (p *planner) value(n schema.Node, def, rep int16) *node {
	group, ok := n.(*schema.GroupNode)
	if !ok {
		return p.primitive(n, def)
	}
	if inner := repeatedChild(group); inner != nil {
		switch group.LogicalType().(type) {
		case schema.ListLogicalType:
			return p.list(n.Name(), listNode, def, rep, func(def, rep int16) []*node { return []*node{p.element(group, inner, def, rep)} })
		case schema.MapLogicalType:
			if entry, ok := inner.(*schema.GroupNode); ok && entry.NumFields() == 2 && entry.Field(0).Type() == schema.Primitive {
				return p.list(n.Name(), mapNode, def, rep, func(def, rep int16) []*node {
					return []*node{p.field(entry.Field(0), def, rep), p.field(entry.Field(1), def, rep)}
				})
			}
		}
	}
	g := &node{name: n.Name(), kind: groupNode, def: def, leaf: len(p.current.leaves)}
	for i := range group.NumFields() {
		g.children = append(g.children, p.field(group.Field(i), def, rep))
	}
	g.end = len(p.current.leaves)
	return g
}

func (p *planner) primitive(n schema.Node, def int16) *node {
	descr := p.schema.Column(p.next)
	leaf := &leafColumn{index: p.next, descr: descr, maxDef: descr.MaxDefinitionLevel(), maxRep: descr.MaxRepetitionLevel()}
	p.next++
	p.current.leaves = append(p.current.leaves, leaf)
	at := len(p.current.leaves)
	return &node{name: n.Name(), kind: primitiveNode, def: def, leaf: at - 1, end: at}
}

// list plans a list or map; below makes what its elements are, at the levels that they have.
func (p *planner) list(name string, kind nodeKind, def, rep int16, below func(def, rep int16) []*node) *node {
	n := &node{name: name, kind: kind, def: def, elem: def + 1, rep: rep + 1, leaf: len(p.current.leaves)}
	n.children = below(n.elem, n.rep)
	n.end = len(p.current.leaves)
	return n
}

// repeatedChild is the only field of a group, if that is a repeated one: what lists and maps have.
func repeatedChild(group *schema.GroupNode) schema.Node {
	if group.NumFields() != 1 || group.Field(0).RepetitionType() != parquet.Repetitions.Repeated {
		return nil
	}
	return group.Field(0)
}

// element plans the elements of a list by the format's rules for lists of older writers, which leave a level out: the repeated field
// is itself the element unless it is a group around exactly one.
func (p *planner) element(list, repeated schema.Node, def, rep int16) *node {
	group, ok := repeated.(*schema.GroupNode)
	if !ok || group.NumFields() != 1 || group.Name() == "array" || group.Name() == list.Name()+"_tuple" || !group.LogicalType().IsNone() ||
		group.Field(0).RepetitionType() == parquet.Repetitions.Repeated {
		return p.value(repeated, def, rep)
	}
	return p.field(group.Field(0), def, rep)
}
