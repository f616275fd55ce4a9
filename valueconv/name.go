package valueconv

import (
	"slices"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// nameConversion reads a personal name from one cell or from its parts. White space is collapsed, nothing else is dropped.
//
//	"Ada Lovelace"        first name, last name; the full name is the cell
//	"Lovelace, Ada"       last name, first name; the full name is "Ada Lovelace"
//	"Ada"                 a first name, as the API reads it (contract §9)
//	"Ludwig van Beethoven" particles before the last word belong to the last name: "van Beethoven"
//	"Robert Downey Jr."   a suffix belongs to the last name: "Downey Jr."; so does "Downey, Robert, Jr."
//
// Where last names of several words without a particle are common, only two columns or a comma tell them apart.
var nameConversion = conversion{
	doc: typeDoc{
		reads:  "`Ada Lovelace`, `Lovelace, Ada`; particles and suffixes go to the last name; or a column for each part",
		writes: "the full name, or `Last, First` where that is what is read back",
		codes:  []string{"bad-name"},
	},
	cells:     nameCells(""),
	parse:     plainParse(parseName),
	format:    plainFormat(formatName),
	canonical: canonicalName,
	parts:     []string{"first_name", "last_name", "full_name"},
	compose:   composeName,
	partCells: nameCells,
	part:      namePart,
}

const wantName = `a name such as "Ada Lovelace" or "Lovelace, Ada"`

func nameCells(string) cellKinds {
	return cellKinds{takes: ofTexts, noun: "a name", code: "bad-name", want: wantName}
}

var nameParticles = []string{
	"al", "af", "av", "ben", "bin", "bint", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "ibn", "la", "las", "le",
	"los", "ter", "ten", "van", "von", "vom", "zu", "zum", "zur",
}

var nameSuffixes = []string{"jr", "sr", "ii", "iii", "iv", "phd", "md", "dds", "esq", "mba", "cpa", "jd", "obe", "mbe", "cbe"}

func parseName(cell tabular.Cell) (crm.Value, *diag.Finding) {
	text := collapse(cell.Text())
	if text == "" {
		return nil, nil
	}
	if strings.Trim(text, ", ") == "" {
		return nil, refuse("bad-name", "the cell holds no name", text, wantName, "")
	}
	return splitName(text), nil
}

func collapse(text string) string { return strings.Join(strings.Fields(text), " ") }

// splitName splits a collapsed name. A comma parts last and first name, unless nothing but suffixes follows it.
func splitName(text string) crm.PersonalName {
	head, rest, comma := strings.Cut(text, ",")
	if !comma {
		return splitWords(text, "")
	}
	head = strings.TrimSpace(head)
	var firsts, suffixes []string
	for part := range strings.SplitSeq(rest, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if isSuffix(part) {
			suffixes = append(suffixes, part)
		} else {
			firsts = append(firsts, part)
		}
	}
	tail := strings.Join(append([]string{""}, suffixes...), ", ")
	switch {
	case len(firsts) > 0:
		return withFull(crm.PersonalName{First: strings.Join(firsts, ", "), Last: strings.TrimPrefix(head+tail, ", ")})
	case len(suffixes) == 0: // "Lovelace,"
		return withFull(crm.PersonalName{Last: head})
	default:
		return splitWords(head, tail)
	}
}

// splitWords splits a name without a comma; tail is the suffixes that stood behind one.
func splitWords(text, tail string) crm.PersonalName {
	words := strings.Fields(text)
	end := len(words)
	for end > 1 && isSuffix(words[end-1]) {
		end--
	}
	name := crm.PersonalName{Full: text + tail}
	if end < 2 {
		name.First = name.Full
		return name
	}
	last := end - 1
	for last > 1 && slices.Contains(nameParticles, strings.ToLower(words[last-1])) {
		last--
	}
	name.First = strings.Join(words[:last], " ")
	name.Last = strings.Join(words[last:], " ") + tail
	return name
}

func isSuffix(word string) bool {
	return slices.Contains(nameSuffixes, strings.ToLower(strings.ReplaceAll(word, ".", "")))
}

// withFull composes the full name where there is none.
func withFull(n crm.PersonalName) crm.PersonalName {
	if n.Full == "" {
		n.Full = strings.TrimSpace(n.First + " " + n.Last)
	}
	return n
}

// composeName makes a name of its parts. A full name alone is split as a cell is.
func composeName(parts []string, _ Options) ParseParts {
	return func(cells []tabular.Cell) (crm.Value, *diag.Finding) {
		var n crm.PersonalName
		for i, part := range parts {
			switch text := collapse(cells[i].Text()); part {
			case "first_name":
				n.First = text
			case "last_name":
				n.Last = text
			default:
				n.Full = text
			}
		}
		switch {
		case n == crm.PersonalName{}:
			return nil, nil
		case n.First == "" && n.Last == "":
			v, f := parseName(tabular.StringCell(n.Full))
			if f != nil {
				f.Pos.Column = "full_name"
			}
			return v, f
		}
		return withFull(n), nil
	}
}

func namePart(v crm.Value, part string) string {
	n, _ := v.(crm.PersonalName)
	switch part {
	case "first_name":
		return n.First
	case "last_name":
		return n.Last
	case "full_name":
		return n.Full
	default:
		return ""
	}
}

// formatName writes the full name where that is read back as the same parts, else "Last, First". A name whose full name is not made
// of its parts has no spelling in one cell: its parts win.
func formatName(v crm.Value) tabular.Cell {
	n, _ := v.(crm.PersonalName)
	full := collapse(n.Full)
	if full != "" && canonicalName(splitName(full)) == canonicalName(n) {
		return tabular.StringCell(full)
	}
	switch {
	case n.First == "" && n.Last == "":
		return tabular.StringCell(full)
	case n.Last == "":
		return tabular.StringCell(collapse(", " + n.First))
	default:
		return tabular.StringCell(collapse(n.Last + ", " + n.First))
	}
}

func canonicalName(v crm.Value) string {
	n, _ := v.(crm.PersonalName)
	n = withFull(crm.PersonalName{First: collapse(n.First), Last: collapse(n.Last), Full: collapse(n.Full)})
	return n.First + "\n" + n.Last + "\n" + n.Full
}
