package valueconv

import (
	"fmt"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// optionSet is the options that mean something to a type, beside Trim and Split, which concern every type.
type optionSet uint8

const (
	usesFormat optionSet = 1 << iota
	usesChoices
	usesUnknown // KeepUnknown
	usesReference
	usesDecimal
	usesTimezone
	usesCountry
)

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
	}
	return c, checkUse(attr, o, c.uses)
}

// checkUse finds an option that means nothing to a type. Decimal, Timezone and Country may be a job's defaults and are ignored by
// the types that do not use them.
func checkUse(attr crm.Attribute, o Options, uses optionSet) *diag.Finding {
	switch {
	case o.Format != "" && uses&usesFormat == 0:
		return badOption(fmt.Sprintf("%s attributes have no format", attr.Type), o.Format, "remove format")
	case len(o.Choices) > 0 && uses&usesChoices == 0:
		return badOption(fmt.Sprintf("%s attributes have no options", attr.Type), "", "remove options")
	case o.KeepUnknown && uses&usesUnknown == 0:
		return badOption(fmt.Sprintf("%s attributes have no options that could be unknown", attr.Type), "", "remove unknown_option")
	case o.Reference != nil && uses&usesReference == 0:
		return badOption(fmt.Sprintf("%s attributes refer to no records", attr.Type), o.Reference.Match.Slug, "remove match")
	default:
		return nil
	}
}
