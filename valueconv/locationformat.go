package valueconv

import (
	"slices"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// locationFormat is how the parts of a location make one text: "line_1, postcode locality, country_code". What stands between the names
// separates them in the cell.
type locationFormat struct {
	parts      []string
	separators []string // before the first part, between them, behind the last
}

// compileLocation says in words what is wrong with a format, "" when nothing is.
func compileLocation(format string) (f locationFormat, problem string) {
	isName := func(r rune) bool { return r < 0x80 && (r == '_' || isDigit(byte(r)) || isLetter(byte(r))) }
	rest := plainBlanks(format)
	for rest != "" {
		start := strings.IndexFunc(rest, isName)
		if start < 0 {
			break
		}
		name := rest[start:]
		if end := strings.IndexFunc(name, func(r rune) bool { return !isName(r) }); end >= 0 {
			name = name[:end]
		}
		switch {
		case !slices.Contains(locationParts, name):
			return f, "a location has no part " + name
		case slices.Contains(f.parts, name):
			return f, "it has " + name + " twice"
		}
		f.parts, f.separators = append(f.parts, name), append(f.separators, rest[:start])
		rest = rest[start+len(name):]
	}
	if len(f.parts) == 0 {
		return f, "it names no part"
	}
	f.separators = append(f.separators, rest)
	return f, ""
}

// plainBlanks makes one blank of several and \n of \r\n, and cuts both ends.
func plainBlanks(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, line := range lines {
		lines[i] = collapse(line)
	}
	return strings.Join(lines, "\n")
}

// split takes a text apart. Each separator is looked for from the left and from the right: where the two do not meet, it is there more
// often than in the format, and it is open which one separates.
func (f locationFormat) split(text string) (parts []string, problem string) {
	last := len(f.separators) - 1
	text, before := strings.CutPrefix(text, f.separators[0])
	text, behind := strings.CutSuffix(text, f.separators[last])
	between := f.separators[1:last]
	left, right := make([]int, len(between)), make([]int, len(between))
	for i, at := 0, 0; i < len(between); i++ {
		found := strings.Index(text[at:], between[i])
		if found < 0 {
			return nil, "the cell is not of the format"
		}
		left[i] = at + found
		at = left[i] + len(between[i])
	}
	for i, end := len(between)-1, len(text); i >= 0; i-- {
		right[i] = strings.LastIndex(text[:end], between[i])
		end = right[i]
	}
	switch {
	case !before || !behind:
		return nil, "the cell is not of the format"
	case !slices.Equal(left, right):
		return nil, ambiguousParts
	}
	at := 0
	for i, separator := range between {
		parts = append(parts, text[at:left[i]])
		at = left[i] + len(separator)
	}
	return append(parts, text[at:]), ""
}

const ambiguousParts = "the cell can be taken apart in several ways"

// columnLocation is the format of a column, which one cell needs.
func columnLocation(attr crm.Attribute, o Options) (locationFormat, *diag.Finding) {
	if o.Format == "" {
		return locationFormat{}, partsOnly(attr)
	}
	format, problem := compileLocation(o.Format)
	if problem != "" {
		return format, badFormat(problem, o.Format, "name parts and what stands between them, such as line_1, locality, country_code")
	}
	return format, nil
}

func parseLocation(attr crm.Attribute, o Options) (parseOne, *diag.Finding) {
	format, f := columnLocation(attr, o)
	if f != nil {
		return nil, f
	}
	compose := composeLocation(format.parts, o)
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		text := plainBlanks(cell.Text())
		if text == "" {
			return nil, nil
		}
		parts, problem := format.split(text)
		switch problem {
		case "":
		case ambiguousParts:
			return nil, refuse("ambiguous-location", problem, text, o.Format, "use a format whose separators are in no part, or a column for each part")
		default:
			return nil, refuse("bad-location", problem, text, o.Format, "")
		}
		cells := make([]tabular.Cell, len(parts))
		for i, part := range parts {
			cells[i] = tabular.StringCell(strings.TrimSpace(part))
		}
		v, f := compose(cells)
		if f != nil {
			f.Pos.Column = ""
		}
		return v, f
	}, nil
}

// formatLocation writes the parts that the format names.
func formatLocation(attr crm.Attribute, o Options) (formatOne, *diag.Finding) {
	format, f := columnLocation(attr, o)
	if f != nil {
		return nil, f
	}
	return func(v crm.Value) tabular.Cell {
		l, _ := v.(crm.Location)
		text := []string{format.separators[0]}
		for i, part := range format.parts {
			value := *locationPart(&l, part)
			if part == "latitude" || part == "longitude" {
				value = strings.Replace(value, ".", string(decimalMark(o)), 1)
			}
			text = append(text, value, format.separators[i+1])
		}
		return tabular.StringCell(plainBlanks(strings.Join(text, "")))
	}, nil
}
