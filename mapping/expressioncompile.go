package mapping

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
)

// maxNodes bounds the size of an expression, in operators, names and literals.
const maxNodes = 1000

// countFunction counts the elements of a list that is about to be gone over.
const countFunction = "count."

// expression compiles an expression and reports what is wrong with it: every name that it may not use or, if there is none, the first
// error of its grammar and types.
func (c *compiler) expression(text jobs.Expression) *expression {
	limits := conf.New(map[string]any{})
	limits.MaxNodes = maxNodes
	tree, err := parser.ParseWithConfig(text.Value, limits)
	if err != nil {
		c.reportExpression(text, err)
		return nil
	}
	names := scanOf(tree.Node)
	before := len(c.findings)
	columns := names.check(c, text)
	if len(c.findings) > before {
		return nil
	}
	env := map[string]any{stepsKey: &steps{}}
	for _, column := range columns {
		env[columnKey(column)] = ""
	}
	// Without optimization every step is a step, and the types stay those that were checked.
	program, err := expr.Compile(text.Value, expr.Env(env), expr.MaxNodes(maxNodes), expr.Optimize(false), countSteps,
		expr.Patch(&rewrite{scan: names, columns: columns}))
	if err != nil {
		c.reportExpression(text, err)
		return nil
	}
	c.reads = append(c.reads, columns...)
	indexes := make([]int, len(columns))
	for i, column := range columns {
		indexes[i] = c.header.Index(column)
	}
	return &expression{text: text, program: program, columns: columns, indexes: indexes, makes: typeOf(program)}
}

// countSteps adds the function that rewrite puts around the lists of loops. It gives back the list that it is given, type included.
func countSteps(config *conf.Config) {
	config.Functions[countFunction] = &builtin.Function{
		Name: countFunction,
		Func: func(args ...any) (any, error) {
			counter, ok := args[0].(*steps)
			list := reflect.ValueOf(args[1])
			if !ok || (list.Kind() != reflect.Slice && list.Kind() != reflect.Array) {
				return args[1], nil // no list: the loop says so itself
			}
			return args[1], counter.take(list.Len())
		},
		Validate: func(args []reflect.Type) (reflect.Type, error) { return args[1], nil },
	}
}

// typeOf is the static type of an expression's value, nil for one that is only known when it is computed.
func typeOf(program *vm.Program) reflect.Type {
	if t := program.Node().Type(); t != nil && t.Kind() != reflect.Interface {
		return t
	}
	return nil
}

// reportExpression reports an error of the expression library.
func (c *compiler) reportExpression(text jobs.Expression, err error) {
	f := diag.Finding{Code: CodeBadExpression, Pos: text.Pos, Problem: "the expression cannot be compiled: " + err.Error()}
	if located, ok := errors.AsType[*file.Error](err); ok {
		f.Pos, f.Problem = text.At(located.From), "the expression cannot be compiled: "+located.Message
	}
	c.report(f)
}

// where compiles the condition that rows have to meet.
func (c *compiler) where() *expression {
	text := c.job.Source.Where
	if !text.Given() {
		return nil
	}
	e := c.expression(text)
	if e != nil && (e.makes == nil || e.makes.Kind() != reflect.Bool) {
		c.report(diag.Finding{
			Code: CodeBadExpression, Pos: text.Pos, Problem: "import.source.where makes " + kindOf(e.makes), Want: "true or false",
			Hint: `compare it with something, such as Status != "Archived"`,
		})
	}
	return e
}

// checkResult reports an expression whose value cannot be one of the attribute.
func (c *compiler) checkResult(e *expression, attr crm.Attribute) {
	if e.makes == nil {
		return
	}
	f := diag.Finding{Code: CodeBadExpression, Pos: e.text.Pos, Problem: "the expression makes " + kindOf(e.makes)}
	switch kind := e.makes.Kind(); {
	case kind == reflect.Slice && attr.Multi, kind == reflect.String, kind == reflect.Bool, kind == reflect.Int, kind == reflect.Float64:
		return
	case kind == reflect.Slice:
		f.Problem += fmt.Sprintf(", and %s holds one value", attr.Slug)
		f.Hint = "take one element, or join them"
	default:
		f.Want = "a text, a number, true or false, or a list of them"
	}
	c.report(f)
}

// kindOf is what messages call a type.
func kindOf(t reflect.Type) string {
	if t == nil {
		return "a value of a type that is not known beforehand"
	}
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	case reflect.Map:
		return "a map"
	default:
		return "a value of type " + t.String()
	}
}
