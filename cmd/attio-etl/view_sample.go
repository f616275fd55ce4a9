package main

import (
	"fmt"
	"strings"

	"attio-etl/checkpoint"
	"attio-etl/importer"
)

// sampleWords are what became of the rows of a sample.
var sampleWords = map[checkpoint.Outcome]string{
	checkpoint.Created: "created", checkpoint.Updated: "updated", checkpoint.Upserted: "upserted", checkpoint.Unchanged: "unchanged", checkpoint.Deleted: "deleted", checkpoint.Rejected: "rejected",
	checkpoint.Deferred: "deferred", 0: "not reached",
}

// values are what the row's attributes hold, as text.
func (s sampledRow) values() (list []attributeRecord) {
	for _, slug := range s.step.Plan.Attributes() {
		if len(list) > 0 && list[len(list)-1].Attribute == slug {
			continue
		}
		attr, _ := s.step.Schema.Attribute(slug)
		list = append(list, attributeRecord{Attribute: slug, Values: importer.Texts(attr, s.row.Record.Values[slug])})
	}
	return list
}

// sampleRecord is a row of a sample in JSON. Fields are only ever added.
type sampleRecord struct {
	Type    string            `json:"type"`
	Step    string            `json:"step,omitempty"`
	Row     int64             `json:"row"`
	Key     []string          `json:"key"`
	Outcome string            `json:"outcome"` // that of a row, or deferred: written but for references to other rows
	Record  string            `json:"record,omitempty"`
	URL     string            `json:"web_url,omitempty"`
	Values  []attributeRecord `json:"values,omitempty"` // of the record, as it was read back
	Codes   []string          `json:"codes,omitempty"`
}

// attributeRecord is what an attribute holds, as text.
type attributeRecord struct {
	Attribute string   `json:"attribute"`
	Values    []string `json:"values"`
}

// Sampled shows a row with its record, or with why it has none.
func (v *humanView) Sampled(s sampledRow) {
	what := s.step.Target().String() + " " + strings.Join(s.row.Key.Values, ", ")
	if s.step.Name != "" {
		what = s.step.Name + ": " + what
	}
	fmt.Fprintf(v.a.stdout, "sample, %s (row %d): %s\n", what, s.row.Ordinal, sampleWords[s.row.Outcome])
	for _, f := range s.row.Findings {
		fmt.Fprintf(v.a.stdout, "    %s\n", f)
	}
	if s.row.Record.ID == "" {
		return
	}
	kind := "record"
	if s.step.Target().List != "" {
		kind = "entry"
	}
	fmt.Fprintf(v.a.stdout, "    %s %s\n", kind, s.row.Record.ID)
	if s.row.Record.WebURL != "" {
		fmt.Fprintf(v.a.stdout, "    %s\n", s.row.Record.WebURL)
	}
	for _, a := range s.values() {
		fmt.Fprintf(v.a.stdout, "    %s: %s\n", a.Attribute, shownValues(a.Values, false))
	}
}

// Sampled shows a row with its record, or with why it has none.
func (v *jsonView) Sampled(s sampledRow) {
	record := sampleRecord{
		Type: "sample", Step: s.step.Name, Row: s.row.Ordinal, Key: s.row.Key.Values, Outcome: sampleWords[s.row.Outcome], Record: s.row.Record.ID, URL: s.row.Record.WebURL,
	}
	if record.Record != "" {
		record.Values = s.values()
	}
	for _, f := range s.row.Findings {
		record.Codes = append(record.Codes, f.Code)
	}
	v.line(record)
}
