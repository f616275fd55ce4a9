package importer

import (
	"context"

	"attio-etl/internal/diag"
)

// Checked is what pass 1 found out about a source.
type Checked struct {
	Rows     int64 // data rows, those that the job's filter leaves out not counted
	LeftOut  int64 // data rows that it leaves out
	Rejected int64 // rows that will not be written

	keys    *keyIndex
	refs    *references
	choices newChoices
}

// NewChoices lists what the import will create before it writes the first row: "categories: Robotics".
func (c *Checked) NewChoices() []string {
	var list []string
	for _, n := range c.choices.list {
		list = append(list, n.attribute+": "+n.title)
	}
	return list
}

// Check is pass 1: it reads, converts and checks every row without writing anything. Where rows refer to other records it looks these
// up, in batches. report, if not nil, is given the findings of each rejected row; those that are only known at the end (rows that
// share a key, references to nothing) come last. The error is one of the source as a whole, or of the look-up.
func (im *Import) Check(ctx context.Context, report func(diag.List)) (*Checked, error) {
	if report == nil {
		report = func(diag.List) {}
	}
	c := &Checked{keys: newKeyIndex(), refs: newReferences(im.Plan)}
	creates := im.Plan.CreatesOptions()
	if err := im.eachRow(ctx, func(v *verdict) error {
		c.Rows++
		c.refs.collect(v.item.Fields)
		if creates {
			c.choices.collect(v.item.Fields)
		}
		if v.rejected() {
			c.Rejected++
			report(v.findings)
		}
		im.warn(v.warnings)
		// A row that is rejected for another reason still holds its key: once corrected it would meet the same record.
		return c.keys.add(v.row.Ordinal, v.item.Key)
	}, &c.LeftOut); err != nil {
		return nil, err
	}
	if err := c.refs.lookUp(ctx, im.Records, im.schemaOf); err != nil {
		return nil, err
	}
	if c.keys.rows() == 0 && !c.refs.matter() {
		return c, nil
	}
	return c, im.checkLate(ctx, c, report)
}

// checkLate reads the source again for what is only known at the end. Most files do not need it.
func (im *Import) checkLate(ctx context.Context, c *Checked, report func(diag.List)) error {
	c.choices, c.refs.wanted = newChoices{}, map[recordKey]bool{}
	held := behind{}
	return im.eachRow(ctx, func(v *verdict) error {
		before, warned := len(v.findings), len(v.warnings)
		im.judgeLate(v, c, false)
		held.hold(im, v)
		im.warn(v.warnings[warned:])
		if late := v.findings[before:]; len(late) > 0 {
			if before == 0 {
				c.Rejected++
			}
			report(late)
		}
		if v.rejected() {
			held.rejected(v)
			return nil
		}
		c.refs.want(v.item.Fields)
		c.choices.collect(v.item.Fields)
		return nil
	}, nil)
}

// warn tells of values that a row is written without.
func (im *Import) warn(warnings diag.List) {
	if im.Warn != nil && len(warnings) > 0 {
		im.Warn(warnings)
	}
}
