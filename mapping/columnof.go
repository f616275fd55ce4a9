package mapping

// Attributes lists the slugs of the attributes that rows fill, in the order of the job's map.
func (p *Plan) Attributes() []string {
	slugs := make([]string, len(p.columns))
	for i := range p.columns {
		slugs[i] = p.columns[i].attribute
	}
	return slugs
}

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
