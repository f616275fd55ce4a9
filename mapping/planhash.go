package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"

	"attio-etl/crm"
	"attio-etl/jobs"
)

// planContent is all that what is written depends on, apart from the source. It is only ever hashed, as JSON.
type planContent struct {
	Object, Match, Mode, Duplicates string
	Where                           string
	WhereNulls                      []string `json:",omitempty"` // what a broken cell that it reads may show
	Columns                         []columnContent
}

type columnContent struct {
	Slug, ID   string
	Type       crm.Type
	Multi      bool
	Choices    []crm.Choice
	Currency   string
	Objects    []string
	From       string
	Parts      [][2]string
	Value      string
	IsConstant bool
	Blank      string
	Trim       bool
	Split      string
	Format     string
	Decimal    string
	Nulls      []string
	Options    map[string]string
	Timezone   string
	Country    string
	Expr       string
	Write      string
	Several    string
	Unknown    string
	Refers     []string
	Missing    string
	Members    []crm.Member
}

// targetText is the target in its stored form.
func targetText(job *jobs.Import) string {
	text, _ := job.Target.Target().MarshalText() // which every target has
	return string(text)
}

func planHash(job *jobs.Import, match string, columns []mapped, nulls nullTexts) string {
	content := planContent{
		Object: targetText(job), Match: match, Mode: job.Target.Mode, Duplicates: job.Duplicates, Where: job.Source.Where.Value,
	}
	if job.Source.Where.Given() {
		content.WhereNulls = slices.Sorted(maps.Keys(nulls.texts))
	}
	for _, m := range columns {
		content.Columns = append(content.Columns, contentOf(m))
	}
	data, err := json.Marshal(content)
	if err != nil {
		panic(err) // texts, flags and lists and maps of them always have a JSON form
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func contentOf(m mapped) columnContent {
	o, a := options(m), m.attribute
	c := columnContent{
		Slug: a.Slug, ID: a.ID, Type: a.Type, Multi: a.Multi, Choices: a.Choices, Currency: a.Currency, Objects: a.AllowedObjects,
		From: m.From.Value, Value: m.Value.Value, IsConstant: m.Value.Given(), Blank: m.Blank.Value,
		Trim: o.Trim, Split: o.Split, Format: o.Format, Decimal: o.Decimal, Options: o.Choices,
		Nulls: slices.Sorted(maps.Keys(nullValues(m.NullValues).texts)), Timezone: o.Timezone, Country: o.Country,
		Expr: m.Expr.Value, Write: m.Write.Value, Several: m.Multi.Value, Unknown: m.UnknownOption.Value,
		Missing: m.Missing.Value, Members: a.Members,
	}
	if r := m.reference; r != nil {
		c.Refers = []string{r.Object, r.Match.Slug, string(r.Match.Type)}
	}
	for _, p := range m.Parts {
		c.Parts = append(c.Parts, [2]string{p.Name, p.From.Value})
	}
	return c
}
