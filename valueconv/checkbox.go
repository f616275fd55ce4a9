package valueconv

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// checkboxConversion reads the spellings of checkboxWords in any case, and those that Options.Choices maps to one of them.
var checkboxConversion = conversion{
	doc: typeDoc{
		reads:  "`true`, `yes`, `y`, `t`, `1`, `on`, `checked`, `x`; `false`, `no`, `n`, `f`, `0`, `off`, `unchecked`, in any case; a spelling that `options` maps to one",
		writes: "true or false",
		codes:  []string{"bad-checkbox"},
	},
	uses:      usesChoices,
	cells:     cellKinds{takes: ofTexts | ofNumbers | ofBools, noun: "true or false", code: "bad-checkbox", want: wantCheckbox},
	parse:     parseCheckbox,
	format:    plainFormat(formatCheckbox),
	canonical: canonicalCheckbox,
}

var checkboxWords = map[string]bool{
	"true": true, "yes": true, "y": true, "t": true, "1": true, "on": true, "checked": true, "x": true,
	"false": false, "no": false, "n": false, "f": false, "0": false, "off": false, "unchecked": false,
}

const wantCheckbox = "true or false, yes or no, y or n, t or f, 1 or 0, on or off, checked or unchecked, x"

func parseCheckbox(_ crm.Attribute, o Options) (parseOne, *diag.Finding) {
	mapped := make(map[string]bool, len(o.Choices))
	for _, spelling := range slices.Sorted(maps.Keys(o.Choices)) {
		checked, ok := checkboxWord(strings.TrimSpace(o.Choices[spelling]))
		if !ok {
			return nil, badOption(fmt.Sprintf("the spelling %q stands for neither true nor false", spelling), o.Choices[spelling], "map it to true or false")
		}
		mapped[strings.TrimSpace(spelling)] = checked
	}
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		if cell.Kind() == tabular.Bool {
			return crm.Checkbox(cell.Bool()), nil
		}
		text, _ := numeral(cell, '.')
		if text == "" {
			return nil, nil
		}
		if checked, ok := mapped[text]; ok {
			return crm.Checkbox(checked), nil
		}
		if checked, ok := checkboxWord(text); ok {
			return crm.Checkbox(checked), nil
		}
		return nil, refuse("bad-checkbox", "the cell is neither true nor false", text, wantCheckbox, fmt.Sprintf("map it: options: {%s: true}", strconv.Quote(text)))
	}, nil
}

// checkboxWord looks a word up in any case.
func checkboxWord(text string) (checked, ok bool) {
	var small [len("unchecked")]byte
	if len(text) > len(small) || !isASCII(text) {
		checked, ok = checkboxWords[strings.ToLower(text)]
		return checked, ok
	}
	for i := range len(text) {
		small[i] = text[i]
		if c := text[i]; c >= 'A' && c <= 'Z' {
			small[i] = c | 0x20
		}
	}
	checked, ok = checkboxWords[string(small[:len(text)])] // allocates nothing
	return checked, ok
}

func formatCheckbox(v crm.Value) tabular.Cell {
	checked, _ := v.(crm.Checkbox)
	return tabular.BoolCell(bool(checked))
}

func canonicalCheckbox(v crm.Value) string { return formatCheckbox(v).Text() }
