package valueconv

import (
	"slices"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// referenceConversion names records by id, or, with Options.Reference, by the values of a unique attribute: then the cell is read as a
// value of that attribute, and what comes out waits to be resolved. An id alone does not say its object: where the attribute allows
// several, or any, it is written "companies/ID".
var referenceConversion = conversion{
	doc: typeDoc{
		reads: "a record id; `companies/ID` where the attribute allows several objects; with `match: domains` what a domain attribute takes, " +
			"with the options of that type",
		writes: "the id, with its object where the attribute allows several; the key of one that is not resolved",
		codes:  []string{"bad-reference", "ambiguous-object"},
	},
	uses:      usesReference | usesFormat | usesChoices | usesUnknown,
	cells:     cellKinds{takes: ofTexts, noun: "the id of a record", code: "bad-reference", want: wantReference},
	parse:     parseReference,
	format:    formatReference,
	canonical: canonicalReference,
}

const wantReference = "the id of a record"

func referenceIn(v crm.Value) crm.RecordReference {
	r, _ := v.(crm.RecordReference)
	return r
}

// onlyObject is the object that a reference points to, empty where there are several.
func onlyObject(attr crm.Attribute) string {
	if len(attr.AllowedObjects) == 1 {
		return attr.AllowedObjects[0]
	}
	return ""
}

func allowsObject(attr crm.Attribute, object string) bool {
	return object != "" && (len(attr.AllowedObjects) == 0 || slices.Contains(attr.AllowedObjects, object))
}

func parseReference(attr crm.Attribute, o Options) (parseOne, *diag.Finding) {
	if f := checkUse(attr, o, usesReference); f != nil {
		return nil, f
	}
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		text := strings.TrimSpace(cell.Text())
		if text == "" {
			return nil, nil
		}
		object, id, named := strings.Cut(text, "/")
		if !named {
			object, id = onlyObject(attr), text
		}
		switch {
		case !isUUID(id):
			return nil, refuse("bad-reference", "the cell is not the id of a record", text, wantReference,
				"if it names the record by a unique attribute, set match to that attribute's slug")
		case named && !allowsObject(attr, object):
			return nil, refuse("bad-reference", attr.Slug+" does not refer to records of this object", text, wantObject(attr), didYouMean(object, attr.AllowedObjects))
		case object == "":
			return nil, refuse("ambiguous-object", "the id does not say which object's record it is", text, wantObject(attr), "")
		}
		return crm.RecordReference{Object: object, ID: strings.ToLower(id)}, nil
	}, nil
}

func wantObject(attr crm.Attribute) string {
	if len(attr.AllowedObjects) == 0 {
		return "OBJECT/ID"
	}
	return "an id of " + strings.Join(attr.AllowedObjects, " or ") + ", written " + attr.AllowedObjects[0] + "/ID"
}

// matchOptions is the conversion of the attribute by which records are named, and its options.
func matchOptions(attr crm.Attribute, o Options) (conversion, Options, *diag.Finding) {
	r := *o.Reference
	o.Reference, o.Split = nil, ""
	if !allowsObject(attr, r.Object) {
		f := finding("object-not-allowed", attr.Slug+" does not refer to records of this object", r.Object, wantObject(attr))
		f.Hint = didYouMean(r.Object, attr.AllowedObjects)
		return conversion{}, o, f
	}
	c, f := conversionFor(r.Match, o)
	switch {
	case f != nil:
		return c, o, f
	case slices.Contains([]crm.Type{crm.TypeLocation, crm.TypeRecordReference, crm.TypeInteraction}, r.Match.Type):
		return c, o, badOption("records cannot be named by a "+string(r.Match.Type), r.Match.Slug, "match by a unique attribute, such as a text, a domain or an e-mail address")
	}
	return c, o, nil
}

// parseByKey reads cells as values of the unique attribute of the referenced object.
func parseByKey(attr crm.Attribute, o Options) (parseOne, *diag.Finding) {
	r := *o.Reference
	match, inner, f := matchOptions(attr, o)
	if f != nil {
		return nil, f
	}
	one, f := match.parse(r.Match, inner)
	if f != nil {
		return nil, f
	}
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		v, f := one(cell)
		if v == nil || f != nil {
			return nil, f
		}
		return crm.RecordReference{Object: r.Object, Match: r.Match.Slug, Key: keyOf(r.Match, v)}, nil
	}, nil
}

func formatReference(attr crm.Attribute, o Options) (formatOne, *diag.Finding) {
	if f := checkUse(attr, o, usesReference); f != nil {
		return nil, f
	}
	return func(v crm.Value) tabular.Cell { return tabular.StringCell(referenceText(attr, referenceIn(v))) }, nil
}

func referenceText(attr crm.Attribute, r crm.RecordReference) string {
	switch {
	case r.ID == "":
		return r.Key
	case r.Object == onlyObject(attr) || r.Object == "":
		return r.ID
	default:
		return r.Object + "/" + r.ID
	}
}

// formatByKey writes keys as the unique attribute's own formatter spells them. They are canonical text, which every type reads without
// options. A resolved reference has no key any more and is written by its id.
func formatByKey(attr crm.Attribute, o Options) (formatOne, *diag.Finding) {
	match, inner, f := matchOptions(attr, o)
	if f != nil {
		return nil, f
	}
	parse, f := match.parse(o.Reference.Match, Options{})
	if f != nil {
		return nil, f
	}
	format, f := match.format(o.Reference.Match, inner)
	if f != nil {
		return nil, f
	}
	return func(v crm.Value) tabular.Cell {
		r := referenceIn(v)
		if r.ID == "" {
			if key, f := parse(tabular.StringCell(r.Key)); key != nil && f == nil {
				return format(key)
			}
		}
		return tabular.StringCell(referenceText(attr, r))
	}, nil
}

func canonicalReference(v crm.Value) string {
	r := referenceIn(v)
	if r.ID != "" {
		return strings.ToLower(r.ID)
	}
	return r.Object + "/" + r.Match + "/" + r.Key
}
