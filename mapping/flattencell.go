package mapping

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// format sets the type of a column and how one value becomes a cell.
func (c *flatColumn) format(zone *time.Location) *diag.Finding {
	c.typ = tabular.TextColumn
	instant := func(t time.Time) tabular.Cell { return tabular.TimeCell(inZone(t, zone)) }
	made := func(v crm.Value) tabular.Cell {
		t, _ := v.(crm.Timestamp)
		if c.micros { // no import ever reads it back: it is a moment that the server made
			return instant(time.Time(t).Truncate(time.Microsecond))
		}
		return instant(time.Time(t))
	}
	switch {
	case c.fixed == CreatedAt:
		c.typ, c.one = tabular.TimestampColumn, made
		return nil
	case c.fixed != "":
		c.one = func(v crm.Value) tabular.Cell { t, _ := v.(crm.Text); return tabular.StringCell(string(t)) }
		return nil
	case c.part != "":
		c.formatPart(instant)
		return nil
	}
	switch c.attr.Type {
	case crm.TypeNumber:
		c.typ = tabular.FloatColumn
		c.one = func(v crm.Value) tabular.Cell { n, _ := v.(crm.Number); return tabular.FloatCell(float64(n)) }
	case crm.TypeRating:
		c.typ = tabular.IntColumn
		c.one = func(v crm.Value) tabular.Cell { n, _ := v.(crm.Rating); return tabular.IntCell(int64(n)) }
	case crm.TypeCheckbox:
		c.typ = tabular.BoolColumn
		c.one = func(v crm.Value) tabular.Cell { b, _ := v.(crm.Checkbox); return tabular.BoolCell(bool(b)) }
	case crm.TypeDate:
		c.typ = tabular.DateColumn
		c.one = func(v crm.Value) tabular.Cell { d, _ := v.(crm.Date); return tabular.DateCell(d.Year, d.Month, d.Day) }
	case crm.TypeTimestamp:
		c.typ = tabular.TimestampColumn
		c.one = func(v crm.Value) tabular.Cell { t, _ := v.(crm.Timestamp); return instant(time.Time(t)) }
		if c.attr.System && !c.attr.Writable {
			c.one = made
		}
	default:
		return c.formatText()
	}
	return nil
}

// formatText is for the types whose values are texts, spelled so that an import reads them back.
func (c *flatColumn) formatText() *diag.Finding {
	if c.ids {
		c.one = func(v crm.Value) tabular.Cell {
			switch v := v.(type) {
			case crm.Select:
				return tabular.StringCell(v.ID)
			case crm.Status:
				return tabular.StringCell(v.ID)
			default:
				return tabular.Cell{}
			}
		}
		return nil
	}
	format, finding := valueconv.Formatter(c.attr, valueconv.Options{})
	if finding != nil {
		return finding
	}
	c.one = func(v crm.Value) tabular.Cell { return format([]crm.Value{v}) }
	return nil
}

// formatPart is for one part of a compound value.
func (c *flatColumn) formatPart(instant func(time.Time) tabular.Cell) {
	part := c.part
	switch {
	case c.attr.Type == crm.TypeCurrency && part == "amount":
		c.typ = tabular.DecimalColumn
		c.one = func(v crm.Value) tabular.Cell { m, _ := v.(crm.Currency); return tabular.DecimalCell(m.Amount) }
	case c.attr.Type == crm.TypeCurrency:
		code := c.attr.Currency // what the server does not say with the value
		c.one = func(v crm.Value) tabular.Cell {
			m, _ := v.(crm.Currency)
			if m.Code == "" {
				m.Code = code
			}
			return tabular.StringCell(m.Code)
		}
	case c.attr.Type == crm.TypeInteraction && part == "at":
		c.typ = tabular.TimestampColumn
		c.one = func(v crm.Value) tabular.Cell { i, _ := v.(crm.Interaction); return instant(i.At) }
	default:
		c.one = func(v crm.Value) tabular.Cell {
			if text := valueconv.Part(v, part); text != "" {
				return tabular.StringCell(text)
			}
			return tabular.Cell{}
		}
	}
}

// inZone is an instant as a clock in a zone shows it. An offset with seconds, as zones had long ago, cannot be spelled: UTC is used then.
func inZone(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	if _, offset := local.Zone(); offset%60 != 0 {
		return t.UTC()
	}
	return local
}

// Related finds records that references point to: nil for one that there is not, false for one that has not been looked for yet.
type Related func(object, id string) (record *crm.Record, known bool)

// Missing lists the records, by object, that have to be known before these can be flattened, as far as can be seen. It is asked until
// nothing is missing: each reference on a path shows only once the one before is known.
func (f *Flat) Missing(records []crm.Record, related Related) map[string][]string {
	missing, listed := map[string][]string{}, map[[2]string]bool{}
	for _, c := range f.walked {
		for i := range records {
			if len(c.hops) == 0 {
				break
			}
			c.reach(&records[i], related, func(object, id string) {
				if key := [2]string{object, id}; !listed[key] {
					listed[key] = true
					missing[object] = append(missing[object], id)
				}
			})
		}
	}
	return missing
}

// reach follows the references of a path to the records at its end.
func (c *flatColumn) reach(from *crm.Record, related Related, unknown func(object, id string)) []*crm.Record {
	at := []*crm.Record{from}
	for _, h := range c.hops {
		var next []*crm.Record
		for _, r := range at {
			for _, v := range r.Values[h.attribute] {
				ref, ok := v.(crm.RecordReference)
				if !ok || ref.ID == "" {
					continue
				}
				record, known := related(h.object, ref.ID)
				switch {
				case !known && unknown != nil:
					unknown(h.object, ref.ID)
				case record != nil:
					next = append(next, record)
				}
			}
		}
		at = next
	}
	return at
}

// Row is the row of a record or an entry. Findings say which values cannot be written as the job wants.
func (f *Flat) Row(record *crm.Record, related Related) ([]tabular.Cell, diag.List) {
	cells := make([]tabular.Cell, len(f.columns))
	var findings diag.List
	for i := range f.columns {
		c := &f.columns[i]
		cell, problem := c.cell(c.values(record, related))
		if problem.clause != "" {
			findings.Add(diag.Finding{
				Code: CodeUnwritable, Pos: diag.Pos{Column: c.name}, Problem: fmt.Sprintf("%s of %s %s: %s", c.name, f.target, record.ID, problem.clause),
				Hint: problem.hint,
			})
		}
		cells[i] = cell
	}
	return cells, findings
}

// values are those that the column has of a record, each once where they come from several.
func (c *flatColumn) values(record *crm.Record, related Related) []crm.Value {
	at := c.reach(record, related, nil)
	if len(at) == 1 {
		return c.own(at[0])
	}
	var all []crm.Value
	seen := map[string]bool{}
	for _, r := range at {
		for _, v := range c.own(r) {
			if key := valueconv.Canonical(v); !seen[key] {
				seen[key] = true
				all = append(all, v)
			}
		}
	}
	return all
}

func (c *flatColumn) own(r *crm.Record) []crm.Value {
	var text string
	switch c.fixed {
	case "":
		return r.Values[c.attr.Slug]
	case CreatedAt:
		if r.CreatedAt.IsZero() {
			return nil
		}
		return []crm.Value{crm.Timestamp(r.CreatedAt)}
	case WebURL:
		text = r.WebURL
	default:
		text = r.ID
	}
	if text == "" {
		return nil
	}
	return []crm.Value{crm.Text(text)}
}

// problem is why values cannot be written, and what to do.
type problem struct{ clause, hint string }

// cell makes one cell of all values.
func (c *flatColumn) cell(values []crm.Value) (tabular.Cell, problem) {
	if len(values) == 0 {
		return tabular.Cell{}, problem{}
	}
	if len(values) > 1 && !c.several {
		return tabular.Cell{}, problem{fmt.Sprintf("there are %d values where the schema has one", len(values)), "ask Attio for help"}
	}
	cells := make([]tabular.Cell, len(values))
	for i, v := range values {
		cells[i] = c.one(v)
		if c.micros && cells[i].Kind() == tabular.Time && cells[i].Time().Nanosecond()%1000 != 0 {
			return tabular.Cell{}, problem{cells[i].Text() + " has more digits than the microseconds of Parquet", "write another format, or leave the column out"}
		}
	}
	switch {
	case !c.several:
		return cells[0], problem{}
	case c.multi == jobs.ListValues:
		return tabular.ListCell(cells), problem{}
	case c.multi == jobs.JSONValues:
		return arrayCell(cells), problem{}
	}
	cell, clause := joinCells(cells, c.sep, c.part != "")
	return cell, problem{clause, "write multi: json, multi: list, or another separator under export.to"}
}

// arrayCell is cells as the text of a JSON array.
func arrayCell(cells []tabular.Cell) tabular.Cell {
	elements := make([]any, len(cells))
	for i, cell := range cells {
		switch cell.Kind() {
		case tabular.Missing:
		case tabular.Int:
			elements[i] = cell.Int()
		case tabular.Bool:
			elements[i] = cell.Bool()
		case tabular.Float, tabular.Decimal:
			elements[i] = json.Number(cell.Text())
		default:
			elements[i] = cell.Text()
		}
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(elements) //nolint:errchkjson // texts, numbers and booleans
	return tabular.StringCell(strings.TrimSuffix(b.String(), "\n"))
}

// joinCells joins the texts of cells such that splitting gives them back; parts may be blank.
func joinCells(cells []tabular.Cell, separator string, parts bool) (tabular.Cell, string) {
	split := strings.TrimSpace(separator)
	if split == "" {
		split = separator
	}
	texts := make([]string, len(cells))
	for i, cell := range cells {
		text := cell.Text()
		switch {
		case strings.Contains(text, split):
			return tabular.Cell{}, fmt.Sprintf("the value %s has the separator %s in it", diag.Quote(text), diag.Quote(split))
		case text == "" && parts:
		case text == "" || text != strings.TrimSpace(text):
			return tabular.Cell{}, fmt.Sprintf("the value %s has blanks around it, which are lost when values are joined", diag.Quote(text))
		}
		texts[i] = text
	}
	return tabular.StringCell(strings.Join(texts, separator)), ""
}

// Trim is a record with only those values that paths through its object need, so that many can be remembered.
func (f *Flat) Trim(object string, r *crm.Record) *crm.Record {
	trimmed := &crm.Record{ID: r.ID, CreatedAt: r.CreatedAt, WebURL: r.WebURL, Values: map[string][]crm.Value{}}
	keep := func(slug string) {
		if values := r.Values[slug]; len(values) > 0 {
			trimmed.Values[slug] = values
		}
	}
	for _, c := range f.walked {
		for i, h := range c.hops {
			switch {
			case h.object != object:
			case i+1 < len(c.hops):
				keep(c.hops[i+1].attribute)
			default:
				keep(c.attr.Slug)
			}
		}
	}
	return trimmed
}
