package valueconv

import (
	"time"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// interactionConversion writes interactions for exports. They are made by Attio and cannot be imported (contract §9).
var interactionConversion = conversion{
	doc: typeDoc{
		reads:  "nothing: interactions are made by Attio",
		writes: "`email at 2026-05-09T21:42:57Z`, in `timezone`",
	},
	uses:      usesTimezone,
	parse:     func(attr crm.Attribute, _ Options) (parseOne, *diag.Finding) { return nil, readOnly(attr) },
	format:    formatInteraction,
	canonical: canonicalInteraction,
	parts:     []string{"kind", "at", "owner"},
	part:      interactionPart,
}

func readOnly(attr crm.Attribute) *diag.Finding {
	return refuse("read-only-type", "interactions are made by Attio and cannot be written", "", "", "leave "+attr.Slug+" out of the map")
}

func interactionIn(v crm.Value) crm.Interaction {
	i, _ := v.(crm.Interaction)
	return i
}

func formatInteraction(_ crm.Attribute, o Options) (formatOne, *diag.Finding) {
	zone, f := columnZone(o)
	if f != nil {
		return nil, f
	}
	return func(v crm.Value) tabular.Cell {
		i := interactionIn(v)
		return tabular.StringCell(i.Kind + " at " + i.At.In(zone).Format(time.RFC3339Nano))
	}, nil
}

func interactionPart(v crm.Value, part string) string {
	switch i := interactionIn(v); part {
	case "kind":
		return i.Kind
	case "at":
		return i.At.UTC().Format(time.RFC3339Nano)
	case "owner":
		return actorText(i.Owner)
	default:
		return ""
	}
}

func canonicalInteraction(v crm.Value) string {
	i := interactionIn(v)
	return i.Kind + "\n" + i.At.UTC().Format(time.RFC3339Nano) + "\n" + canonicalActor(i.Owner)
}
