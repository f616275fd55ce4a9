package mapping

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/file"

	"attio-etl/internal/diag"
	"attio-etl/jobs"
)

// functions is what expressions may call: functions of texts, numbers and lists that give the same result always and everywhere. The
// library's others read the clock or the time zone of the machine (now, date), go over maps in any order (keys, values), or make texts
// of any size (repeat).
var functions = []string{
	"abs", "all", "any", "ceil", "concat", "count", "filter", "find", "findIndex", "findLast", "findLastIndex", "first", "flatten", "float",
	"floor", "fromJSON", "get", "hasPrefix", "hasSuffix", "indexOf", "int", "join", "last", "lastIndexOf", "len", "lower", "map", "max",
	"mean", "median", "min", "none", "one", "reduce", "replace", "reverse", "round", "sort", "sortBy", "split", "splitAfter", "string",
	"sum", "take", "trim", "trimPrefix", "trimSuffix", "type", "uniq", "upper",
}

// rowName is the name by which expressions reach columns whose names are no identifiers: row["Record ID"].
const rowName = "row"

// scan finds what an expression names: the columns it reads, and what it may not name.
type scan struct {
	idents   []*ast.IdentifierNode
	columns  []named                      // row.Name and row["Name"]
	calls    []named                      // functions
	callees  map[*ast.IdentifierNode]bool // names that are called
	rows     map[*ast.IdentifierNode]bool // row, where one of its columns is taken
	declared map[string]bool              // let name = …
}

// named is a name and where it stands.
type named struct {
	name string
	loc  file.Location
}

func scanOf(root ast.Node) *scan {
	s := &scan{callees: map[*ast.IdentifierNode]bool{}, rows: map[*ast.IdentifierNode]bool{}, declared: map[string]bool{}}
	ast.Walk(&root, s)
	return s
}

// Visit implements ast.Visitor; the nodes within a node come before it.
func (s *scan) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		s.idents = append(s.idents, n)
	case *ast.MemberNode:
		if ident, column, ok := columnOf(n); ok {
			s.rows[ident] = true
			s.columns = append(s.columns, named{column, n.Property.Location()})
		}
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			s.callees[callee] = true
			s.calls = append(s.calls, named{callee.Value, n.Location()})
		}
	case *ast.BuiltinNode:
		s.calls = append(s.calls, named{n.Name, n.Location()})
	case *ast.VariableDeclaratorNode:
		s.declared[n.Name] = true
	default:
	}
}

// columnOf is the column that row.Name or row["Name"] takes.
func columnOf(n *ast.MemberNode) (ident *ast.IdentifierNode, column string, ok bool) {
	ident, isIdent := n.Node.(*ast.IdentifierNode)
	property, isText := n.Property.(*ast.StringNode)
	if !isIdent || !isText || ident.Value != rowName {
		return nil, "", false
	}
	return ident, property.Value, true
}

// check reports what an expression may not name, and returns the columns that it reads.
func (s *scan) check(c *compiler, e jobs.Expression) []string {
	for _, call := range s.calls {
		f := diag.Finding{Code: CodeBadExpression, Pos: e.At(call.loc.From)}
		switch _, known := builtin.Index[call.name]; {
		case slices.Contains(functions, call.name):
			continue
		case known:
			f.Problem = "an expression may not call " + call.name
			f.Hint = "what it makes follows from the row alone, and not from the clock, the machine or chance"
		default:
			f.Problem, f.Hint = "there is no function "+diag.Quote(call.name), jobs.Suggest(call.name, functions)
		}
		c.report(f)
	}
	columns := slices.Clone(s.columns)
	for _, ident := range s.idents {
		switch name := ident.Value; {
		case s.callees[ident] || s.rows[ident] || s.declared[name]:
		case name == rowName || name == "$env":
			c.report(diag.Finding{
				Code: CodeBadExpression, Pos: e.At(ident.Location().From), Problem: name + " stands for no value by itself",
				Hint: `take one column of the row, by its name: row["COLUMN"]`,
			})
		default:
			columns = append(columns, named{name, ident.Location()})
		}
	}
	slices.SortStableFunc(columns, func(a, b named) int { return a.loc.From - b.loc.From })
	var read []string
	for _, column := range columns {
		if c.header.Index(column.name) < 0 {
			c.report(diag.Finding{
				Code: CodeUnknownColumn, Pos: e.At(column.loc.From),
				Problem: fmt.Sprintf("%s has no column %s", c.source, diag.Quote(column.name)),
				Hint:    jobs.Suggest(column.name, c.header.Columns),
			})
		} else if !slices.Contains(read, column.name) {
			read = append(read, column.name)
		}
	}
	return read
}

// Visit implements ast.Visitor: it replaces what stands for a column by its key in the environment, and makes every loop count the
// elements that it goes over.
func (r *rewrite) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if !r.scan.declared[n.Value] && slices.Contains(r.columns, n.Value) && n.Value != rowName {
			ast.Patch(node, &ast.IdentifierNode{Value: columnKey(n.Value)})
		}
	case *ast.MemberNode:
		if _, column, ok := columnOf(n); ok {
			ast.Patch(node, &ast.IdentifierNode{Value: columnKey(column)})
		}
	case *ast.BuiltinNode:
		if len(n.Arguments) > 1 && isLoop(n) {
			counted := &ast.CallNode{
				Callee:    &ast.IdentifierNode{Value: countFunction},
				Arguments: []ast.Node{&ast.IdentifierNode{Value: stepsKey}, n.Arguments[0]},
			}
			ast.Patch(&n.Arguments[0], counted)
		}
	default:
	}
}

// rewrite is the visitor that prepares an expression.
type rewrite struct {
	scan    *scan
	columns []string
}

func isLoop(n *ast.BuiltinNode) bool {
	return slices.ContainsFunc(n.Arguments, func(a ast.Node) bool {
		_, ok := a.(*ast.PredicateNode)
		return ok
	})
}
