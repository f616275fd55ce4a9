package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// ReadBack is the text of the job that imports an exported file at a path: every column that holds an attribute of the exported object or
// list which can be written. Records are matched by the first unique one, entries by the record that they are of. The finding is why there is
// no such job.
func (f *Flat) ReadBack(job *jobs.Job, path string) (string, *diag.Finding) {
	e := job.Export
	if f.target.Activity != "" {
		return "", &diag.Finding{Code: CodeNotReadBack, Pos: e.From.Text().Pos, Problem: "no such job can be made for " + f.target.String(), Hint: "leave --job-out out"}
	}
	match, lines := "", []string{}
	for _, c := range f.columns {
		line, finding := f.readBack(c)
		if finding != nil {
			finding.Pos = e.To.Path.Pos
			return "", finding
		}
		if line == "" {
			continue
		}
		lines = append(lines, line)
		if match == "" && c.attr.Unique && !c.attr.UniqueAssumed {
			match = c.attr.Slug
		}
	}
	target, finding := f.readBackTarget(match)
	if finding != nil {
		finding.Pos = e.From.Text().Pos
		return "", finding
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Imports what the job %s has exported; written by attio-etl.\nversion: 1\nname: %s\nimport:\n", diag.Quote(job.Name), yamlText(job.Name+"-import"))
	fmt.Fprintf(&b, "  source:\n    path: %s\n    format: %s\n", yamlText(path), e.To.Format)
	b.WriteString(readBackLayout(e.To))
	fmt.Fprintf(&b, "  target: %s\n", target)
	if len(lines) > 0 { // an entry may be no more than a record's place on a list
		b.WriteString("  map:\n")
	}
	for _, line := range lines {
		b.WriteString("    " + line + "\n")
	}
	return b.String(), nil
}

// readBackTarget is what the rows are written to; match is the attribute by which records are matched, if there is one.
func (f *Flat) readBackTarget(match string) (string, *diag.Finding) {
	switch {
	case f.target.List != "":
		return f.readBackEntries()
	case match == "":
		return "", &diag.Finding{
			Code: CodeNotReadBack, Problem: "no column holds a unique attribute that can be written, by which records would be matched",
			Hint: "add one to the columns: domains, email_addresses, …",
		}
	default:
		return fmt.Sprintf("{object: %s, match: %s}", yamlText(f.target.Object), yamlText(match)), nil
	}
}

// readBackEntries is the list and the column that names the record of each entry: by its id, or else by a unique attribute of which it has one.
func (f *Flat) readBackEntries() (string, *diag.Finding) {
	if len(f.parents) != 1 {
		return "", &diag.Finding{
			Code: CodeNotReadBack, Problem: fmt.Sprintf("the list takes records of %d objects, and the rows are written to those of one", len(f.parents)), Hint: "leave --job-out out",
		}
	}
	object, named, by := yamlText(f.parents[0]), "", ""
	for _, c := range f.columns {
		switch path := c.from(); {
		case path == ParentRecord, path == ParentRecord+"."+RecordID:
			return fmt.Sprintf("{list: %s, parent: {object: %s, from: %s}}", yamlText(f.target.List), object, yamlText(c.name)), nil
		case named == "" && len(c.hops) == 1 && c.hops[0].attribute == ParentRecord && c.fixed == "" && c.part == "" && c.attr.Unique && !c.several:
			named, by = c.name, c.attr.Slug
		}
	}
	if named == "" {
		return "", &diag.Finding{Code: CodeNotReadBack, Problem: "no column names the record of each entry", Hint: "add " + ParentRecord + " to the columns"}
	}
	return fmt.Sprintf("{list: %s, parent: {object: %s, match: %s, from: %s}}", yamlText(f.target.List), object, yamlText(by), yamlText(named)), nil
}

// readBackLayout is the section of the source that says how the file was written, as far as a reader does not see it: a table that is too long
// for a sheet goes on on the next one.
func readBackLayout(to jobs.Output) string {
	guarded := fmt.Sprintf("strip_formula_guard: %t", !to.CSV.KeepsFormulas)
	switch to.Format {
	case tabular.CSV:
		return fmt.Sprintf("    csv: {delimiter: %s, %s}\n", yamlText(string(cmp.Or(to.CSV.Delimiter, ','))), guarded)
	case tabular.TSV:
		return fmt.Sprintf("    csv: {%s}\n", guarded)
	case tabular.XLSX:
		return "    xlsx: {all_sheets: true}\n"
	default:
		return ""
	}
}

// readBack is the line of the map for a column; empty for one that is not imported, or that is a part of another's line.
func (f *Flat) readBack(c flatColumn) (string, *diag.Finding) {
	if c.fixed != "" || len(c.hops) > 0 || !c.attr.Writable {
		return "", nil
	}
	key := yamlText(c.attr.Slug)
	switch {
	case c.attr.Type == crm.TypeCurrency:
		if c.part != "amount" || c.several {
			return "", nil
		}
	case c.part != "":
		return f.readBackParts(c), nil
	}
	if !c.several || c.multi == jobs.ListValues {
		return fmt.Sprintf("%s: {from: %s}", key, yamlText(c.name)), nil
	}
	separator := strings.TrimSpace(c.sep)
	if separator == "" && strings.ContainsAny(c.sep, "\n\t") {
		separator = c.sep
	}
	if c.multi == jobs.JSONValues || separator == "" {
		return "", &diag.Finding{
			Code: CodeNotReadBack, Problem: fmt.Sprintf("an import cannot take the values of %s apart", c.name), Hint: `write multi: join with a separator such as ";", or multi: list`,
		}
	}
	return fmt.Sprintf("%s: {from: %s, split: %s}", key, yamlText(c.name), yamlText(separator)), nil
}

// readBackParts is the line of a compound attribute, at its first part: only where all parts have a column, as an import replaces the
// whole value.
func (f *Flat) readBackParts(c flatColumn) string {
	parts := valueconv.Parts(c.attr.Type)
	var from []string
	for _, part := range parts {
		i := slices.IndexFunc(f.columns, func(o flatColumn) bool {
			return len(o.hops) == 0 && o.fixed == "" && o.attr.Slug == c.attr.Slug && o.part == part
		})
		if i < 0 {
			return ""
		}
		from = append(from, part+": "+yamlText(f.columns[i].name))
	}
	if c.several || c.part != parts[0] {
		return ""
	}
	return fmt.Sprintf("%s: {from: {%s}}", yamlText(c.attr.Slug), strings.Join(from, ", "))
}

// yamlText is a text as YAML, in quotes so that nothing else is seen in it, and such that no ${NAME} is either.
func yamlText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ReplaceAll(s, "${", "$${") {
		switch {
		case r == '"', r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || (r >= 0x7f && r < 0xa0) || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
