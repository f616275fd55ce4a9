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
	doc       typeDoc
	uses      optionSet
	cells     cellKinds // of cells for all of a value
	parse     func(crm.Attribute, Options) (parseOne, *diag.Finding)
	format    func(crm.Attribute, Options) (formatOne, *diag.Finding)
	canonical func(crm.Value) string
	complete  func(crm.Attribute, crm.Value) crm.Value   // what the schema knows about a value; nil where it knows nothing
	parts     []string                                   // names of the parts of a compound type, nil for the others
	compose   func(parts []string, o Options) ParseParts // of a compound type that can be written
	partCells func(part string) cellKinds                // of such a type: which cells a part is read from
	part      func(v crm.Value, part string) string      // of a compound type
}

// typeDoc is what docs/values.md says of a type.
type typeDoc struct {
	reads  string   // the spellings that are taken
	writes string   // what a formatter writes
	codes  []string // of findings about cells, beside those that every type has
}

// parseOne turns a cell that has passed cellKinds.check into one value, nil where the cell is blank to the type.
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

// conversions is the one table of types.
var conversions = map[crm.Type]conversion{
	crm.TypeText:            textConversion,
	crm.TypeNumber:          numberConversion,
	crm.TypeCheckbox:        checkboxConversion,
	crm.TypeCurrency:        currencyConversion,
	crm.TypeDate:            dateConversion,
	crm.TypeTimestamp:       timestampConversion,
	crm.TypeRating:          ratingConversion,
	crm.TypeStatus:          statusConversion,
	crm.TypeSelect:          selectConversion,
	crm.TypeRecordReference: referenceConversion,
	crm.TypeActorReference:  actorConversion,
	crm.TypeLocation:        locationConversion,
	crm.TypeDomain:          domainConversion,
	crm.TypeEmailAddress:    emailConversion,
	crm.TypePhoneNumber:     phoneConversion,
	crm.TypeInteraction:     interactionConversion,
	crm.TypePersonalName:    nameConversion,
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
// codes: "unsupported-type", "read-only-type", "parts-only", "bad-option", "object-not-allowed", "unknown-option", "archived-option",
// "ambiguous-option".
func Parser(attr crm.Attribute, o Options) (Parse, *diag.Finding) {
	c, f := conversionFor(attr, o)
	if f != nil {
		return nil, f
	}
	parse, cells := c.parse, c.cells
	if o.Reference != nil {
		parse, cells = parseByKey, conversions[o.Reference.Match.Type].cells
	}
	one, f := parse(attr, o)
	if f != nil {
		return nil, f
	}
	p := cellParser{attr: attr, split: o.Split, cells: cells, one: one, canonical: c.canonical}
	return p.parse, nil
}

// PartsParser makes the parser of a compound value whose parts come from several cells, in the order of parts. It has a code more
// than Parser: "unknown-part". The value is nil where all parts are blank.
func PartsParser(attr crm.Attribute, parts []string, o Options) (ParseParts, *diag.Finding) {
	c, f := conversionFor(attr, o)
	if f != nil {
		return nil, f
	}
	switch {
	case c.compose == nil && c.parts != nil:
		return nil, readOnly(attr)
	case c.compose == nil:
		return nil, badOption(fmt.Sprintf("%s values have no parts", attr.Type), "", "map one column to "+attr.Slug)
	}
	if f := checkUse(attr, o, c.uses&^usesFormat); f != nil { // a format is for one column
		return nil, f
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
			if cell.IsBlank() {
				continue
			}
			if f := c.partCells(parts[i]).check(cell); f != nil {
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
	format := c.format
	if o.Reference != nil {
		format = formatByKey
	}
	one, f := format(attr, o)
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

// Keys lists the canonical forms of values, with what the schema knows about them, each once and in order: values that are Equal have the same.
func Keys(attr crm.Attribute, values []crm.Value) []string {
	return slices.Sorted(maps.Keys(keySet(attr, values)))
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
	if complete := conversions[v.Type()].complete; complete != nil {
		v = complete(attr, v)
	}
	return Canonical(v)
}

// Canonical is the text by which two spellings of one value are the same: domains and e-mail addresses in lower case, a select, a
// status and a reference by id, a phone number in its international form, a timestamp in UTC, a number or an amount without superfluous
// digits. Text is compared as it is (contract §9).
func Canonical(v crm.Value) string { return conversions[v.Type()].canonical(v) }
