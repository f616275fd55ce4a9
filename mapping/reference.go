package mapping

import (
	"fmt"
	"slices"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/valueconv"
)

// Reference is an attribute whose values point to records by a key of theirs. Until such a value is resolved it has no id.
type Reference struct {
	Attribute string // slug
	Object    string // slug of the object that it points to
	Match     string // slug of the attribute of that object which the values are of
	Missing   string // jobs.MissingReject, MissingSkip, MissingCreate or MissingDefer
	Column    string // of the source, the first of several; empty for a constant
}

// References lists the attributes that point to records by key, in the order of the job's map.
func (p *Plan) References() []Reference {
	var all []Reference
	for i := range p.columns {
		if r := p.columns[i].reference; r != nil {
			all = append(all, *r)
		}
	}
	return all
}

// Creates reports whether the options that an attribute lacks are to be created. Its values may then have a title without an id.
func (p *Plan) Creates(attribute string) bool {
	return slices.ContainsFunc(p.columns, func(c column) bool { return c.attribute == attribute && c.creates })
}

// CreatesOptions reports whether there is such an attribute.
func (p *Plan) CreatesOptions() bool {
	return slices.ContainsFunc(p.columns, func(c column) bool { return c.creates })
}

// Referenced lists the slugs of the objects, each once, whose schemas Compile needs besides that of the target: those to which the job
// refers by key. Objects that an attribute may not refer to are not among them; Compile reports them.
func Referenced(job *jobs.Job, schema *crm.Schema) []string {
	if job == nil || job.Import == nil {
		return nil
	}
	var objects []string
	for _, col := range job.Import.Columns {
		attr, ok := schema.Attribute(col.Attribute)
		if !ok || attr.Type != crm.TypeRecordReference || !col.Match.Given() {
			continue
		}
		object := objectOf(col, attr)
		if object != "" && object != schema.Target.Object && !slices.Contains(objects, object) {
			objects = append(objects, object)
		}
	}
	return objects
}

// objectOf is the object that a column refers to, empty where the job does not say or may not say so.
func objectOf(col jobs.Column, attr crm.Attribute) string {
	allowed := attr.AllowedObjects
	switch {
	case col.Object.Given() && (len(allowed) == 0 || slices.Contains(allowed, col.Object.Value)):
		return col.Object.Value
	case !col.Object.Given() && len(allowed) == 1:
		return allowed[0]
	default:
		return ""
	}
}

// reference finds out what a column refers to, and by what, and reports what does not fit. The attribute comes back with that one
// object allowed.
func (c *compiler) reference(col jobs.Column, attr crm.Attribute) (crm.Attribute, *valueconv.Reference) {
	if attr.Type != crm.TypeRecordReference {
		c.refuseReference(col, attr)
		return attr, nil
	}
	object := objectOf(col, attr)
	if object == "" {
		if col.Object.Given() || col.Match.Given() { // record ids may say it themselves: companies/ID
			c.noObject(col, attr)
		}
		return attr, nil
	}
	attr.AllowedObjects = []string{object}
	if !col.Match.Given() {
		return attr, nil
	}
	schema := c.schema
	if object != schema.Target.Object {
		schema = c.others[object]
	}
	if schema == nil {
		pos := col.Object.Pos
		if !col.Object.Given() {
			pos = col.Match.Pos
		}
		c.report(diag.Finding{
			Code: CodeUnknownObject, Pos: pos, Problem: "the workspace has no object " + diag.Quote(object),
			Hint: "objects are named by slug: companies, people, deals, …",
		})
		return attr, nil
	}
	match, ok := c.referenceMatch(col, schema)
	if !ok {
		return attr, nil
	}
	c.checkMissing(col, attr, schema, match)
	return attr, &valueconv.Reference{Object: object, Match: match}
}

// refuseReference reports the keys of references at an attribute that is none.
func (c *compiler) refuseReference(col jobs.Column, attr crm.Attribute) {
	hint := typeHint([]crm.Type{crm.TypeRecordReference})
	if col.Match.Given() {
		c.notApplicable("match", col.Match.Pos, attr, hint)
	}
	if col.Object.Given() {
		c.notApplicable("object", col.Object.Pos, attr, hint)
	}
	if col.Missing.Given() && col.Match.Given() {
		c.notApplicable("missing", col.Missing.Pos, attr, hint)
	}
}

// noObject reports a reference to an object that the attribute does not allow, or to one of several.
func (c *compiler) noObject(col jobs.Column, attr crm.Attribute) {
	f := diag.Finding{Code: CodeUnknownObject, Pos: col.Match.Pos, Hint: `add "object: SLUG"`}
	switch {
	case col.Object.Given():
		f.Pos = col.Object.Pos
		f.Problem = fmt.Sprintf("%s cannot refer to %s", attr.Slug, diag.Quote(col.Object.Raw))
		f.Hint = jobs.Suggest(col.Object.Raw, attr.AllowedObjects)
	case len(attr.AllowedObjects) > 1:
		f.Problem = fmt.Sprintf("%s can refer to several objects: %s", attr.Slug, strings.Join(attr.AllowedObjects, ", "))
	default:
		f.Problem = attr.Slug + " can refer to any object"
	}
	c.report(f)
}

// keyTypes is the types of attributes that a record can be found by (contract §9).
var keyTypes = []crm.Type{crm.TypeText, crm.TypeNumber, crm.TypeDomain, crm.TypeEmailAddress, crm.TypePhoneNumber}

func isKey(attr crm.Attribute) bool { return slices.Contains(keyTypes, attr.Type) && !attr.Archived }

// referenceMatch finds the attribute of the referenced object that the cells hold.
func (c *compiler) referenceMatch(col jobs.Column, schema *crm.Schema) (crm.Attribute, bool) {
	match, ok := schema.Attribute(col.Match.Value)
	f := diag.Finding{Pos: col.Match.Pos}
	switch {
	case !ok:
		c.unknownAttribute(schema, col.Match, isKey)
		return match, false
	case match.Archived:
		f.Code, f.Problem, f.Hint = CodeArchivedAttribute, match.Slug+" is archived", "restore it in the workspace, or name another one"
	case !isKey(match):
		var keys []string
		for _, a := range schema.Attributes {
			if isKey(a) && a.Unique {
				keys = append(keys, a.Slug)
			}
		}
		f.Code, f.Problem = CodeNotAKey, fmt.Sprintf("%s is a %s attribute, by which no record can be found", match.Slug, match.Type)
		f.Hint = "unique: " + strings.Join(keys, ", ")
		if len(keys) == 0 {
			f.Hint = "name a text, number, domain, email-address or phone-number attribute"
		}
	default:
		return match, true
	}
	c.report(f)
	return match, false
}

// checkMissing reports what cannot be done about references to records that there are not.
func (c *compiler) checkMissing(col jobs.Column, attr crm.Attribute, schema *crm.Schema, match crm.Attribute) {
	switch col.Missing.Value {
	case jobs.MissingCreate:
		f := diag.Finding{Code: CodeNotCreatable, Pos: col.Missing.Pos, Problem: "a missing record cannot be created: "}
		if why := whyNotCreatable(schema, match); why != "" {
			f.Problem += why
			f.Hint = `import the records first, or write "missing: reject", "skip" or "defer"`
			c.report(f)
		} else if schema == c.schema && match.Slug != c.job.Target.Match.Value {
			f.Problem += fmt.Sprintf("the rows of this file make records of %s too, and are matched by another attribute", schema.Target)
			f.Hint = `write "missing: defer"`
			c.report(f)
		}
	case jobs.MissingDefer:
		if attr.Required {
			c.report(diag.Finding{
				Code: CodeImpossiblePolicy, Pos: col.Missing.Pos,
				Problem: attr.Slug + " is required: no record could be created before it is set", Hint: `write "missing: reject" or "create"`,
			})
		}
	}
}

// whyNotCreatable is why an assert with nothing but a key makes no record of an object, empty if it does.
func whyNotCreatable(schema *crm.Schema, match crm.Attribute) string {
	if !match.Unique {
		return match.Slug + " is not unique"
	}
	if !match.Writable {
		return match.Slug + " cannot be written"
	}
	var required []string
	for _, a := range schema.Attributes {
		if a.Required && a.Writable && a.Slug != match.Slug {
			required = append(required, a.Slug)
		}
	}
	if len(required) == 0 {
		return ""
	}
	return fmt.Sprintf("%s requires %s as well", schema.Target, strings.Join(required, ", "))
}
