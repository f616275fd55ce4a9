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

	bad     map[uint32]bool // those
	keys    *keyIndex
	refs    *references
	ends    *ends
	choices newChoices
	looked  *lookedAt // live values that a plan has left for the writing; nil: they are still to be read
}

// lookedAt is a look whose values are in the snapshot.
type lookedAt struct {
	Look
	blind bool
}

// NewChoices lists what the import will create before it writes the first row: "categories: Robotics".
func (c *Checked) NewChoices() []string {
	var list []string
	for _, n := range c.choices.list {
		list = append(list, n.attribute+": "+n.title)
	}
	return list
}

// check is pass 1 of one import: it reads, converts and checks every row without writing anything. Where rows refer to other records it
// looks these up, in batches; those that earlier steps will write count as there. report is given the findings of each rejected row;
// those that are only known at the end (rows that share a key, references to nothing) come last. The error is one of the source as a
// whole, or of the look-up.
func (im *Import) check(ctx context.Context, earlier []supply, report func(diag.List)) (*Checked, error) {
	c := &Checked{bad: map[uint32]bool{}, keys: newKeyIndex(), refs: newReferences(im.Plan)}
	c.ends = newEnds(im, c.keys)
	creates := im.Plan.CreatesOptions()
	if err := im.eachRow(ctx, func(v *verdict) error {
		c.Rows++
		c.refs.collect(v.item.Fields)
		c.ends.collect(v.row.Ordinal, v.item.Fields)
		if creates {
			c.choices.collect(v.item.Fields, im.Schema)
		}
		if v.rejected() {
			c.reject(v)
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
	c.refs.expect(earlier)
	c.ends.settle(c.refs)
	c.ends.rivals(earlier)
	if c.keys.rows() == 0 && !c.refs.matter() && !c.ends.matter() {
		return c, nil
	}
	return c, im.checkLate(ctx, c, func(v *verdict, early int) {
		im.warn(v.warnings)
		if late := v.findings[early:]; len(late) > 0 {
			if early == 0 {
				c.reject(v)
			}
			report(late)
		}
	})
}

// reject counts a row that will not be written.
func (c *Checked) reject(v *verdict) {
	c.Rejected++
	c.bad[uint32(v.row.Ordinal)] = true // ordinals fit: the index of keys refuses more
}

// writes reports whether a row that is not rejected has a value of the key. Rows behind a rejected one of their key are rejected too, so the
// first of them tells.
func (c *Checked) writes(value string) bool {
	row, ok := c.keys.firstRow(value)
	return ok && !c.bad[row]
}

// checkLate reads the source again for what is only known at the end, giving each row with that and the number of findings that were
// known before. Most files do not need it.
func (im *Import) checkLate(ctx context.Context, c *Checked, see func(v *verdict, early int)) error {
	c.choices, c.refs.wanted = newChoices{}, map[recordKey]bool{}
	held := behind{}
	return im.eachRow(ctx, func(v *verdict) error {
		early := len(v.findings)
		v.warnings = nil // those known before have been told
		im.judgeLate(v, c, false)
		held.hold(im, v)
		see(v, early)
		if v.rejected() {
			held.rejected(v)
			return nil
		}
		c.refs.want(v.item.Fields)
		c.choices.collect(v.item.Fields, im.Schema)
		return nil
	}, nil)
}

// warn tells of values that a row is written without.
func (im *Import) warn(warnings diag.List) {
	if im.Warn != nil && len(warnings) > 0 {
		im.Warn(warnings)
	}
}
