package valueconv_test

import (
	"strings"
	"testing"
	"time"

	"attio-etl/crm"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

const (
	acmeID = "11111111-2222-4333-8444-55555555abcd"
	betaID = "11111111-2222-4333-8444-55555555abce"
)

func reference(objects ...string) crm.Attribute {
	attr := single(crm.TypeRecordReference)
	attr.AllowedObjects = objects
	return attr
}

// by is the options of a column that names companies by an attribute.
func by(slug string, typ crm.Type) valueconv.Options {
	match := several(typ)
	match.Slug = slug
	return valueconv.Options{Reference: &valueconv.Reference{Object: "companies", Match: match}}
}

func TestRecordReferenceByID(t *testing.T) {
	one, two, all := reference("companies"), reference("companies", "people"), reference()
	checkSpellings(t, one, valueconv.Options{}, []spelling{
		{acmeID, "companies:" + acmeID + "="},
		{strings.ToUpper(acmeID), "companies:" + acmeID + "="},
		{" " + acmeID + " ", "companies:" + acmeID + "="},
		{"companies/" + acmeID, "companies:" + acmeID + "="},
		{"", ""},
		{" ", ""},
		{"people/" + acmeID, "!bad-reference"},
		{"/" + acmeID, "!bad-reference"},
		{acmeID + "/", "!bad-reference"},
		{"Companies/" + acmeID, "!bad-reference"},
		{acmeID[:35], "!bad-reference"},
		{acmeID + "0", "!bad-reference"},
		{"{" + acmeID + "}", "!bad-reference"},
		{strings.ReplaceAll(acmeID, "-", ""), "!bad-reference"},
		{strings.Replace(acmeID, "a", "g", 1), "!bad-reference"},
		{"acme.com", "!bad-reference"},
		{"https://app.attio.com/acme/company/" + acmeID, "!bad-reference"},
		{"Acme", "!bad-reference"},
		{tabular.IntCell(5), "!bad-reference"},
		{tabular.TimeCell(time.Unix(0, 0)), "!bad-reference"},
		{acmeID + ";" + betaID, "!bad-reference"},
		{"\t" + acmeID + "\n", "companies:" + acmeID + "="},
		{"urn:uuid:" + acmeID, "!bad-reference"},
		{acmeID + "?", "!bad-reference"},
		{"companies/companies/" + acmeID, "!bad-reference"},
		{"null", "!bad-reference"},
		{"00000000", "!bad-reference"},
		{tabular.BytesCell([]byte(acmeID)), "companies:" + acmeID + "="},
	})
	checkSpellings(t, two, valueconv.Options{}, []spelling{
		{acmeID, "!ambiguous-object"},
		{"people/" + acmeID, "people:" + acmeID + "="},
		{"companies/" + acmeID, "companies:" + acmeID + "="},
		{"deals/" + acmeID, "!bad-reference"},
	})
	checkSpellings(t, all, valueconv.Options{}, []spelling{{acmeID, "!ambiguous-object"}, {"deals/" + acmeID, "deals:" + acmeID + "="}})
	one.Multi = true
	checkSpellings(t, one, valueconv.Options{Split: ";"}, []spelling{
		{acmeID + "; " + betaID + ";" + strings.ToUpper(acmeID), "companies:" + acmeID + "= + companies:" + betaID + "="},
	})
}

func TestRecordReferenceByKey(t *testing.T) {
	checkSpellings(t, reference("companies", "people"), by("domains", crm.TypeDomain), []spelling{
		{"acme.com", "companies:domains=acme.com"},
		{"https://www.ACME.com/about", "companies:domains=acme.com"},
		{"jane@acme.com", "companies:domains=acme.com"},
		{"müller.de", "companies:domains=xn--mller-kva.de"},
		{"", ""},
		{"Acme", "!bad-domain"},
		{acmeID, "!bad-domain"},
	})
	checkSpellings(t, reference(), by("email_addresses", crm.TypeEmailAddress), []spelling{
		{"Jane <Jane@Acme.com>", "companies:email_addresses=jane@acme.com"}, {"jane", "!bad-email"},
	})
	numbers := by("number", crm.TypeNumber)
	numbers.Decimal = ","
	checkSpellings(t, reference("companies"), numbers, []spelling{
		{"1.234,5", "companies:number=1234.5"}, {tabular.FloatCell(25), "companies:number=25"}, {"007", "!leading-zeros"},
	})
	phones := by("phone", crm.TypePhoneNumber)
	phones.Country = "DE"
	checkSpellings(t, reference("companies"), phones, []spelling{{"030 901820", "companies:phone=+4930901820"}, {"x", "!bad-phone"}})
	texts := by("external_id", crm.TypeText)
	texts.Trim = true
	checkSpellings(t, reference("companies"), texts, []spelling{
		{" 007 ", "companies:external_id=007"}, {tabular.IntCell(7), "companies:external_id=7"}, {tabular.FloatCell(1e18), "!number-precision"},
	})
	many := reference("companies")
	many.Multi = true
	domains := by("domains", crm.TypeDomain)
	domains.Split = ","
	checkSpellings(t, many, domains, []spelling{{"acme.com, beta.io,https://acme.com", "companies:domains=acme.com + companies:domains=beta.io"}, {"acme.com,x", "!bad-domain"}})
}

func TestReferenceOptionsRefused(t *testing.T) {
	format := by("founded", crm.TypeDate)
	format.Format = "DD.MM.YYYY"
	if _, f := valueconv.Parser(reference("companies"), format); f != nil {
		t.Errorf("the options of the matched attribute: %v", f)
	}
	needless := by("domains", crm.TypeDomain)
	needless.Format = "DD.MM.YYYY"
	for name, c := range map[string]struct {
		attr crm.Attribute
		opts valueconv.Options
		want string
	}{
		"another object":     {reference("company", "people"), by("domains", crm.TypeDomain), `object-not-allowed company`},
		"no object":          {reference(), valueconv.Options{Reference: &valueconv.Reference{Match: single(crm.TypeText)}}, "object-not-allowed OBJECT"},
		"a name":             {reference(), by("name", crm.TypeInteraction), "bad-option unique attribute"},
		"a location":         {reference(), by("place", crm.TypeLocation), "bad-option unique attribute"},
		"a reference":        {reference(), by("company", crm.TypeRecordReference), "bad-option unique attribute"},
		"an unknown type":    {reference(), by("colour", "colour"), "unsupported-type colour"},
		"a format, no match": {reference(), valueconv.Options{Format: "DD.MM.YYYY"}, "bad-option remove format"},
		"a needless format":  {reference(), needless, "bad-option remove format"},
		"options, no match":  {reference(), valueconv.Options{Choices: map[string]string{"a": "b"}}, "bad-option remove options"},
	} {
		_, f := valueconv.Parser(c.attr, c.opts)
		checkFinding(t, name, f, c.want)
		_, f = valueconv.Formatter(c.attr, c.opts)
		checkFinding(t, name+", written", f, c.want)
	}
}

const (
	adaID   = "aaaaaaaa-2222-4333-8444-555555555555"
	graceID = "bbbbbbbb-2222-4333-8444-555555555555"
)

func members() crm.Attribute {
	attr := single(crm.TypeActorReference)
	attr.Members = []crm.Member{
		{ID: adaID, First: "Ada", Last: "Lovelace", Email: "Ada@acme.com"},
		{ID: graceID, First: "Grace", Last: "Hopper", Email: "grace@acme.com"},
		{ID: "id-alan", First: "Alan", Last: "Turing", Email: "alan@acme.com", Suspended: true},
		{ID: "id-alan2", First: "Alan", Last: "Turing", Email: "turing@acme.com"},
		{ID: "id-joe", First: "Joe", Last: "Doe", Email: "joe@acme.com"},
		{ID: "id-joe2", First: "Joe", Last: "Doe", Email: "joe.doe@acme.com"},
		{ID: "id-gone", First: "Gone", Last: "Girl", Email: "gone@acme.com", Suspended: true},
		{ID: "id-bot", First: "Bot", Email: "bot@acme.com"},
	}
	return attr
}

func TestActorReference(t *testing.T) {
	ada, grace := adaID+"<Ada@acme.com>", graceID+"<grace@acme.com>"
	checkSpellings(t, members(), valueconv.Options{}, []spelling{
		{"Ada@acme.com", ada},
		{"ada@ACME.com", ada},
		{" ada@acme.com ", ada},
		{"Ada Lovelace <ada@acme.com>", ada},
		{"mailto:ada@acme.com", ada},
		{adaID, ada},
		{strings.ToUpper(adaID), ada},
		{"Ada Lovelace", ada},
		{"ada lovelace", ada},
		{"Ada  Lovelace", ada},
		{"Lovelace, Ada", ada},
		{"Grace Hopper", grace},
		{"hopper, grace", grace},
		{"Alan Turing", "id-alan2<turing@acme.com>"},
		{"Bot", "id-bot<bot@acme.com>"},
		{"joe.doe@acme.com", "id-joe2<joe.doe@acme.com>"},
		{"", ""},
		{"  ", ""},
		{"Joe Doe", "!ambiguous-member"},
		{"Doe, Joe", "!ambiguous-member"},
		{"alan@acme.com", "!suspended-member"},
		{"Gone Girl", "!suspended-member"},
		{"id-gone", "!suspended-member"},
		{"gone@acme.com", "!suspended-member"},
		{"Ada", "!unknown-member"},
		{"Lovelace", "!unknown-member"},
		{"ada@acme.co", "!unknown-member"},
		{"A. Lovelace", "!unknown-member"},
		{"11111111-2222-4333-8444-555555555555", "!unknown-member"},
		{"ada@acme.com; grace@acme.com", "!unknown-member"},
		{"Unassigned", "!unknown-member"},
		{"system", "!unknown-member"},
		{",", "!unknown-member"},
		{tabular.IntCell(5), "!unknown-member"},
	})
	checkSpellings(t, single(crm.TypeActorReference), valueconv.Options{}, []spelling{
		{"x@acme.com", "<x@acme.com>"}, {"X <x@acme.com>", "<x@acme.com>"}, {adaID, adaID + "<>"}, {"Ada Lovelace", "!unknown-member"}, {"x@", "!unknown-member"}, {"", ""},
	})
	_, f := must(t, members(), valueconv.Options{})(tabular.StringCell("ada@acme.co"))
	if f == nil || f.Hint != `did you mean "Ada@acme.com"?` {
		t.Errorf("a misspelt address: %v", f)
	}
	_, f = must(t, members(), valueconv.Options{})(tabular.StringCell("Joe Doe"))
	if f == nil || f.Hint != "write joe@acme.com or joe.doe@acme.com" {
		t.Errorf("two of one name: %v", f)
	}
}

func TestInteraction(t *testing.T) {
	i := crm.Interaction{Kind: "email", At: time.Date(2026, 5, 9, 21, 42, 57, 0, time.UTC), Owner: crm.ActorReference{ActorType: "workspace-member", ID: adaID}}
	cell := mustFormat(t, single(crm.TypeInteraction), valueconv.Options{Timezone: "Europe/Berlin"})([]crm.Value{i})
	if cell.Text() != "email at 2026-05-09T23:42:57+02:00" {
		t.Errorf("written as %q", cell.Text())
	}
	for part, want := range map[string]string{"kind": "email", "at": "2026-05-09T21:42:57Z", "owner": adaID, "x": ""} {
		if got := valueconv.Part(i, part); got != want {
			t.Errorf("%s: got %q, want %q", part, got, want)
		}
	}
}
