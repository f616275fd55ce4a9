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

// ReadBack is the text of the job that imports an exported file at a path: every column that holds an attribute of the exported object
// which can be written, matched by the first unique one. The finding is why there is no such job.
func (f *Flat) ReadBack(job *jobs.Job, path string) (string, *diag.Finding) {
	e := job.Export
	if f.target.Object == "" {
		return "", &diag.Finding{Code: CodeNotReadBack, Pos: e.From.Text().Pos, Problem: "only the job of an exported object can be written", Hint: "leave --job-out out"}
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
	if match == "" {
		return "", &diag.Finding{
			Code: CodeNotReadBack, Pos: e.From.Text().Pos, Problem: "no column holds a unique attribute that can be written, by which records would be matched",
			Hint: "add one to the columns: domains, email_addresses, …",
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Imports what the job %s has exported; written by attio-etl.\nversion: 1\nname: %s\nimport:\n", diag.Quote(job.Name), yamlText(job.Name+"-import"))
	fmt.Fprintf(&b, "  source:\n    path: %s\n    format: %s\n", yamlText(path), e.To.Format)
	b.WriteString(readBackLayout(e.To))
	fmt.Fprintf(&b, "  target: {object: %s, match: %s}\n  map:\n", yamlText(f.target.Object), yamlText(match))
	for _, line := range lines {
		b.WriteString("    " + line + "\n")
	}
	return b.String(), nil
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
