package valueconv

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// conversion is everything that a type brings.
type conversion struct {
	takes     optionSet
	parse     func(crm.Attribute, Options) (parseOne, *diag.Finding)  // nil where values are made of parts only
	format    func(crm.Attribute, Options) (formatOne, *diag.Finding) // nil likewise
	canonical func(crm.Value) string
	parts     []string                                   // names of the parts of a compound type, nil for the others
	compose   func(parts []string, o Options) ParseParts // of a compound type
	part      func(v crm.Value, part string) string      // of a compound type
}

// parseOne turns a cell into one value, nil where the cell is blank to the type.
type parseOne func(tabular.Cell) (crm.Value, *diag.Finding)

// formatOne turns one value into a cell.
type formatOne func(crm.Value) tabular.Cell

// plainParse and plainFormat are for types that look neither at the attribute nor at the options.
func plainParse(one parseOne) func(crm.Attribute, Options) (parseOne, *diag.Finding) {
	return func(crm.Attribute, Options) (parseOne, *diag.Finding) { return one, nil }
}

func plainFormat(one formatOne) func(crm.Attribute, Options) (formatOne, *diag.Finding) {
	return func(crm.Attribute, Options) (formatOne, *diag.Finding) { return one, nil }
}

// optionSet is the options that mean something to a type only. Trim, Decimal and Split may be set for a whole job or concern every
// type.
type optionSet uint8

const (
	takesFormat optionSet = 1 << iota
	takesChoices
)

// conversions is the one table of types.
var conversions = map[crm.Type]conversion{
	crm.TypeText:         textConversion,
	crm.TypeNumber:       numberConversion,
	crm.TypeCheckbox:     checkboxConversion,
	crm.TypeDate:         dateConversion,
	crm.TypeSelect:       selectConversion,
	crm.TypeDomain:       domainConversion,
	crm.TypeEmailAddress: emailConversion,
	crm.TypePersonalName: nameConversion,
	crm.TypeLocation:     locationConversion,
}

// Supported lists the types that can be converted, in alphabetical order.
func Supported() []crm.Type { return slices.Sorted(maps.Keys(conversions)) }

// Parts lists the names of the parts of a compound type, nil for a type that has none.
func Parts(t crm.Type) []string { return slices.Clone(conversions[t].parts) }

// Part is the text of one part of a compound value, as PartsParser reads it back; empty for an unknown part.
func Part(v crm.Value, part string) string {
	if c := conversions[v.Type()]; c.part != nil {
		return c.part(v, part)
	}
	return ""
}

// Parser makes the parser of a column's cells. The finding, without a position, says that the type or an option does not fit; its
// codes: "unsupported-type", "parts-only", "bad-option", "unknown-option", "archived-option", "ambiguous-option".
func Parser(attr crm.Attribute, o Options) (Parse, *diag.Finding) {
	c, f := conversionFor(attr, o)
	if f != nil {
		return nil, f
	}
	if c.parse == nil {
		return nil, partsOnly(attr)
	}
	one, f := c.parse(attr, o)
	if f != nil {
		return nil, f
	}
	p := cellParser{attr: attr, split: o.Split, one: one, canonical: c.canonical}
	return p.parse, nil
}

// PartsParser makes the parser of a compound value whose parts come from several cells, in the order of parts. It has a code more
// than Parser: "unknown-part". The value is nil where all parts are blank.
func PartsParser(attr crm.Attribute, parts []string, o Options) (ParseParts, *diag.Finding) {
	c, f := conversionFor(attr, o)
	if f != nil {
		return nil, f
	}
	if c.compose == nil {
		return nil, badOption(fmt.Sprintf("%s values have no parts", attr.Type), "", "map one column to "+attr.Slug)
	}
	for i, part := range parts {
		if !slices.Contains(c.parts, part) {
			f := finding("unknown-part", fmt.Sprintf("a %s has no such part", attr.Type), part, "one of "+strings.Join(c.parts, ", "))
			f.Hint = didYouMean(part, c.parts)
			return nil, f
		}
		if slices.Contains(parts[:i], part) {
			return nil, badOption("a part is mapped twice", part, "map each part once")
		}
	}
	compose := c.compose(slices.Clone(parts), o)
	return func(cells []tabular.Cell) (crm.Value, *diag.Finding) {
		for i, cell := range cells {
			if f := checkText(cell); f != nil {
				f.Pos.Column = parts[i]
				return nil, f
			}
		}
		return compose(cells)
	}, nil
}

// Formatter makes the inverse of the parser with the same options. Several values are joined by Options.Split; where that could not
// be read back the cell is a list, which Parser reads too.
func Formatter(attr crm.Attribute, o Options) (Format, *diag.Finding) {
	c, f := conversionFor(attr, o)
	if f != nil {
		return nil, f
	}
	if c.format == nil {
		return nil, partsOnly(attr)
	}
	one, f := c.format(attr, o)
	if f != nil {
		return nil, f
	}
	return func(values []crm.Value) tabular.Cell { return join(values, one, o.Split) }, nil
}

// Equal reports whether two sets of values of an attribute are the same in canonical form. Order and repetition do not count.
func Equal(attr crm.Attribute, a, b []crm.Value) bool {
	if len(a) == 1 && len(b) == 1 {
		return keyOf(attr, a[0]) == keyOf(attr, b[0])
	}
	return maps.Equal(keySet(attr, a), keySet(attr, b))
}

func keySet(attr crm.Attribute, values []crm.Value) map[string]bool {
	keys := make(map[string]bool, len(values))
	for _, v := range values {
		keys[keyOf(attr, v)] = true
	}
	return keys
}

// keyOf is the canonical form of a value, with what the schema knows about it.
func keyOf(attr crm.Attribute, v crm.Value) string {
	if s, ok := v.(crm.Select); ok {
		v = complete(attr, s)
	}
	return Canonical(v)
}

// Canonical is the text by which two spellings of one value are the same: domains and e-mail addresses in lower case, a select by the
// id of its option, a number without superfluous digits. Text is compared as it is (contract §9). A value of a type without a
// conversion is compared by all its parts.
func Canonical(v crm.Value) string {
	if c, ok := conversions[v.Type()]; ok {
		return c.canonical(v)
	}
	return fmt.Sprintf("%v", v)
}

// conversionFor finds the conversion of an attribute and checks the options that any type may get.
func conversionFor(attr crm.Attribute, o Options) (conversion, *diag.Finding) {
	c, ok := conversions[attr.Type]
	if !ok {
		f := finding("unsupported-type", "attributes of this type cannot be converted", string(attr.Type), "")
		f.Hint = fmt.Sprintf("leave %s out of the map", attr.Slug)
		return c, f
	}
	switch {
	case o.Split != "" && !attr.Multi:
		return c, badOption(fmt.Sprintf("%s holds one value, so a cell cannot be split", attr.Slug), o.Split, "remove split")
	case o.Split != "" && strings.TrimSpace(o.Split) == "" && !strings.ContainsAny(o.Split, "\n\t|"):
		return c, badOption("blanks cannot separate values", o.Split, "use a separator such as \";\"")
	case o.Decimal != "" && o.Decimal != "." && o.Decimal != ",":
		return c, badOption("the decimal mark is neither a point nor a comma", o.Decimal, `set decimal: "." or decimal: ","`)
	case o.Format != "" && c.takes&takesFormat == 0:
		return c, badOption(fmt.Sprintf("%s attributes have no format", attr.Type), o.Format, "remove format")
	case len(o.Choices) > 0 && c.takes&takesChoices == 0:
		return c, badOption(fmt.Sprintf("%s attributes have no options", attr.Type), "", "remove options")
	}
	return c, nil
}
