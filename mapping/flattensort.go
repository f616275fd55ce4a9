package mapping

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"

	"attio-etl/crm"
	"attio-etl/jobs"
	"attio-etl/valueconv"
)

// sortKey is one key of the order of the rows.
type sortKey struct {
	column     flatColumn
	descending bool
	bytes      func(crm.Value) []byte // of values of the attribute, in whose order the values are; nil where there is nothing to sort by
}

// sort follows the path of a key of the order.
func (f *flattener) sort(s jobs.Sort) {
	asked := jobs.ExportColumn{From: s.From, Pos: s.Pos}
	c, ok := f.walk(asked)
	if !ok {
		return
	}
	parts := partsOf(c.attr.Type)
	switch {
	case c.fixed == "" && c.attr.Type == crm.TypeRecordReference:
		f.wrong(asked, CodeNotApplicable, c.attr.Slug+" points to records, which have no order of their own", "sort by one of their attributes: "+s.From.Raw+".name")
		return
	case c.fixed == "" && c.part == "" && parts != nil:
		f.wrong(asked, CodeUnknownPart, c.attr.Slug+" has several parts, and the order is by one of them", "one of "+s.From.Raw+"."+strings.Join(parts, ", "+s.From.Raw+"."))
		return
	}
	if finding := c.format(time.UTC); finding != nil {
		finding.Pos = s.Pos
		f.findings.Add(*finding)
		return
	}
	f.sorts = append(f.sorts, sortKey{column: c, descending: s.Direction == jobs.Descending, bytes: c.order()})
}

// Sorted reports whether the rows are in another order than that in which they were read.
func (f *Flat) Sorted() bool { return len(f.sorts) > 0 }

// SortKey is bytes of a record: the order of those of all records is the order of the rows. It is nil where the rows have none.
//
// A record without a value comes last in either direction. Of several values the smallest counts, and in descending order the largest.
func (f *Flat) SortKey(record *crm.Record, related Related) []byte {
	var key []byte
	for i := range f.sorts {
		s := &f.sorts[i]
		var best []byte
		for _, v := range s.column.values(record, related) {
			b := s.bytes(v)
			if b == nil {
				continue
			}
			if c := bytes.Compare(b, best); best == nil || (c < 0) != s.descending {
				best = b
			}
		}
		key = appendOrdered(key, best, s.descending)
	}
	return key
}

// appendOrdered appends one key, which comes behind all others where there is nothing to sort by.
func appendOrdered(key, b []byte, descending bool) []byte {
	if b == nil {
		return append(key, 1)
	}
	key = append(key, 0)
	from := len(key)
	key = appendEnded(key, b)
	if descending {
		for i := range key[from:] {
			key[from+i] = ^key[from+i]
		}
	}
	return key
}

// appendEnded appends bytes such that what stands behind them counts only among equal ones: a zero is followed by 255, and two zeros are the
// end.
func appendEnded[B string | []byte](key []byte, b B) []byte {
	for i := range len(b) {
		if key = append(key, b[i]); b[i] == 0 {
			key = append(key, math.MaxUint8)
		}
	}
	return append(key, 0, 0)
}

// order makes bytes of the column's values whose order is theirs.
func (c *flatColumn) order() func(crm.Value) []byte {
	switch {
	case c.fixed == CreatedAt:
		return func(v crm.Value) []byte { t, _ := v.(crm.Timestamp); return orderOfTime(time.Time(t)) }
	case c.fixed != "":
		return c.orderOfText()
	case c.attr.Type == crm.TypeCurrency && c.part == "amount":
		return func(v crm.Value) []byte { m, _ := v.(crm.Currency); return orderOfDecimal(m.Amount) }
	case c.attr.Type == crm.TypeInteraction && c.part == "at":
		return func(v crm.Value) []byte { i, _ := v.(crm.Interaction); return orderOfTime(i.At) }
	case c.attr.Type == crm.TypeLocation && (c.part == "latitude" || c.part == "longitude"):
		part := c.part
		return func(v crm.Value) []byte { return orderOfDecimal(valueconv.Part(v, part)) }
	case c.part != "":
		return c.orderOfText()
	}
	switch c.attr.Type {
	case crm.TypeNumber:
		return func(v crm.Value) []byte { n, _ := v.(crm.Number); return orderOfFloat(float64(n)) }
	case crm.TypeRating:
		return func(v crm.Value) []byte { n, _ := v.(crm.Rating); return orderOfFloat(float64(n)) }
	case crm.TypeCheckbox:
		return func(v crm.Value) []byte {
			if b, _ := v.(crm.Checkbox); b {
				return []byte{1}
			}
			return []byte{0}
		}
	case crm.TypeDate:
		return func(v crm.Value) []byte {
			d, _ := v.(crm.Date)
			return orderOfTime(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC))
		}
	case crm.TypeTimestamp:
		return func(v crm.Value) []byte { t, _ := v.(crm.Timestamp); return orderOfTime(time.Time(t)) }
	case crm.TypeSelect, crm.TypeStatus:
		return c.orderOfChoice()
	default:
		return c.orderOfText()
	}
}

// orderOfText is the order of what stands in a cell: without regard to upper and lower case, and among texts that differ in nothing else by
// their code points.
func (c *flatColumn) orderOfText() func(crm.Value) []byte {
	one := c.one
	return func(v crm.Value) []byte {
		text := one(v).Text()
		if text == "" {
			return nil
		}
		return append(appendEnded(nil, strings.ToLower(text)), text...)
	}
}

// orderOfChoice is the order in which the workspace lists options and statuses; one that it does not list comes behind them, by its title.
func (c *flatColumn) orderOfChoice() func(crm.Value) []byte {
	choices, byTitle := c.attr.Choices, c.orderOfText()
	return func(v crm.Value) []byte {
		var id string
		switch v := v.(type) {
		case crm.Select:
			id = v.ID
		case crm.Status:
			id = v.ID
		}
		at := slices.IndexFunc(choices, func(o crm.Choice) bool { return o.ID == id && id != "" })
		if at < 0 {
			return append(binary.BigEndian.AppendUint32(nil, math.MaxUint32), byTitle(v)...)
		}
		return binary.BigEndian.AppendUint32(nil, uint32(at))
	}
}

// orderOfTime is seconds and nanoseconds, of which the sign is turned round so that what is before 1970 comes first.
func orderOfTime(t time.Time) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(t.Unix())^(1<<63))
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}

// orderOfFloat is the bits of a number: those of negative ones are turned round, as they grow with its distance from zero.
func orderOfFloat(f float64) []byte {
	bits := math.Float64bits(f + 0) // zero has no sign
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return binary.BigEndian.AppendUint64(nil, bits)
}

// orderOfDecimal is that of a plain decimal number, "-1234.50", exactly: how many digits are before the point, and then the digits. Nothing
// stands for no number.
func orderOfDecimal(plain string) []byte {
	if plain == "" {
		return nil
	}
	digits, negative := strings.CutPrefix(plain, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	const below, zero, above = 0, 1, 2
	if whole+fraction == "" {
		return []byte{zero}
	}
	b := binary.BigEndian.AppendUint32([]byte{above}, uint32(len(whole)))
	b = append(append(b, whole+fraction...), 0) // the end comes before any digit
	if negative {
		for i := range b[1:] {
			b[1+i] = ^b[1+i]
		}
		b[0] = below
	}
	return b
}
