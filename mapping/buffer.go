package mapping

import "attio-etl/crm"

// Buffer is memory for what Check makes of rows. Their items are valid until Reset; the zero Buffer is empty. It is for one goroutine.
type Buffer struct {
	fields []crm.Field
	values []crm.Value
}

// Reset gives the memory of all items free.
func (b *Buffer) Reset() { b.fields, b.values = b.fields[:0], b.values[:0] }

// reserve makes room for a row of so many columns. What items hold stays where it is, as it is theirs.
func (b *Buffer) reserve(columns int) {
	if cap(b.fields)-len(b.fields) < columns {
		b.fields = make([]crm.Field, 0, max(columns, 2*cap(b.fields)))
	}
	if cap(b.values)-len(b.values) < columns {
		b.values = make([]crm.Value, 0, max(columns, 2*cap(b.values)))
	}
}

// taken is what was added to the values. Nothing that is appended to it meets those that come after it.
func (b *Buffer) taken(all []crm.Value) []crm.Value {
	added := all[len(b.values):len(all):len(all)]
	b.values = all
	if len(added) == 0 {
		return nil
	}
	return added
}
