package mapping

// ColumnOf names the source column that an attribute's value comes from, the first of several; empty for an attribute that no column
// feeds. It is how an error about an attribute is shown at a column.
func (p *Plan) ColumnOf(attribute string) string {
	for i := range p.columns {
		if c := &p.columns[i]; c.attribute == attribute {
			return c.first()
		}
	}
	return ""
}
