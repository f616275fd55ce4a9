package valueconv_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

func TestParserRefusesOptions(t *testing.T) {
	unmapped := options()
	for name, c := range map[string]struct {
		attr crm.Attribute
		opts valueconv.Options
		want string // code and a word of problem, got or hint
	}{
		"unsupported type":       {single(crm.TypeInteraction), valueconv.Options{}, "unsupported-type interaction"},
		"split of a single":      {single(crm.TypeText), valueconv.Options{Split: ";"}, "bad-option remove split"},
		"split at blanks":        {several(crm.TypeText), valueconv.Options{Split: " "}, "bad-option separator"},
		"decimal mark":           {single(crm.TypeNumber), valueconv.Options{Decimal: "x"}, "bad-option decimal"},
		"format of a text":       {single(crm.TypeText), valueconv.Options{Format: "DD"}, "bad-option remove format"},
		"choices of a text":      {single(crm.TypeText), valueconv.Options{Choices: map[string]string{"a": "b"}}, "bad-option remove options"},
		"choices of a checkbox":  {single(crm.TypeCheckbox), valueconv.Options{Choices: map[string]string{"ja": "perhaps"}}, "bad-option perhaps"},
		"unknown mapped option":  {unmapped, valueconv.Options{Choices: map[string]string{"x": "Softwear"}}, `unknown-option did you mean "Software"`},
		"archived mapped option": {unmapped, valueconv.Options{Choices: map[string]string{"x": "Old"}}, "archived-option Old"},
		"two-digit year":         {single(crm.TypeDate), valueconv.Options{Format: "DD.MM.YY"}, "bad-option century"},
		"unknown letters":        {single(crm.TypeDate), valueconv.Options{Format: "YYYY-MM-DDTHH:mm"}, "bad-option \"T\""},
		"lower case":             {single(crm.TypeDate), valueconv.Options{Format: "yyyy-mm-dd"}, "bad-option yyyy"},
		"no day":                 {single(crm.TypeDate), valueconv.Options{Format: "YYYY-MM"}, "bad-option once each"},
		"two months":             {single(crm.TypeDate), valueconv.Options{Format: "MM/DD/YYYY MMM"}, "bad-option once each"},
		"blurred numbers":        {single(crm.TypeDate), valueconv.Options{Format: "DMMYYYY"}, "bad-option uncertain"},
		"blurred literal":        {single(crm.TypeDate), valueconv.Options{Format: "YYYY-M0DD"}, "bad-option uncertain"},
		"only a star":            {single(crm.TypeDate), valueconv.Options{Format: "*"}, "bad-option once each"},
		"one location":           {single(crm.TypeLocation), valueconv.Options{}, "parts-only line_1"},
	} {
		_, f := valueconv.Parser(c.attr, c.opts)
		checkFinding(t, name, f, c.want)
	}
}

func checkFinding(t *testing.T, name string, f *diag.Finding, want string) {
	t.Helper()
	code, word, _ := strings.Cut(want, " ")
	if f == nil || f.Code != code || !strings.Contains(f.Detail()+" "+f.Got+" "+f.Hint, word) || f.Pos != (diag.Pos{}) {
		t.Errorf("%s: got %+v, want %s", name, f, want)
	}
}

func TestPartsParserRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		attr  crm.Attribute
		parts []string
		opts  valueconv.Options
		want  string
	}{
		"no parts":     {single(crm.TypeText), []string{"a"}, valueconv.Options{}, "bad-option no parts"},
		"unknown part": {single(crm.TypeLocation), []string{"line_1", "postcod"}, valueconv.Options{}, `unknown-part did you mean "postcode"?`},
		"twice":        {single(crm.TypeLocation), []string{"line_1", "line_1"}, valueconv.Options{}, "bad-option twice"},
		"option":       {single(crm.TypeLocation), []string{"line_1"}, valueconv.Options{Format: "x"}, "bad-option format"},
		"unsupported":  {single(crm.TypeRating), []string{"line_1"}, valueconv.Options{}, "unsupported-type rating"},
	} {
		_, f := valueconv.PartsParser(c.attr, c.parts, c.opts)
		checkFinding(t, name, f, c.want)
	}
	_, f := valueconv.Formatter(single(crm.TypeLocation), valueconv.Options{})
	checkFinding(t, "one cell for a location", f, "parts-only line_1")
	_, f = valueconv.Formatter(single(crm.TypeDate), valueconv.Options{Format: "YY"})
	checkFinding(t, "format of a formatter", f, "bad-option century")
}

func TestSupported(t *testing.T) {
	got := valueconv.Supported()
	for _, typ := range []crm.Type{"text", "number", "checkbox", "date", "select", "domain", "email-address", "personal-name", "location"} {
		if !slices.Contains(got, typ) {
			t.Errorf("%s is missing in %v", typ, got)
		}
	}
	if !slices.IsSorted(got) {
		t.Errorf("not sorted: %v", got)
	}
}

func TestEqual(t *testing.T) {
	one := func(vs ...crm.Value) []crm.Value { return vs }
	for name, c := range map[string]struct {
		attr crm.Attribute
		a, b []crm.Value
		want bool
	}{
		"nothing":                  {single(crm.TypeText), nil, one(), true},
		"nothing and something":    {single(crm.TypeText), nil, one(crm.Text("a")), false},
		"text":                     {single(crm.TypeText), one(crm.Text("a")), one(crm.Text("a")), true},
		"text and case":            {single(crm.TypeText), one(crm.Text("a")), one(crm.Text("A")), false},
		"text and blanks":          {single(crm.TypeText), one(crm.Text("a")), one(crm.Text("a ")), false},
		"number":                   {single(crm.TypeNumber), one(crm.Number(25)), one(crm.Number(25.0)), true},
		"numbers":                  {single(crm.TypeNumber), one(crm.Number(0.1)), one(crm.Number(0.30000000000000004 - 0.2)), false},
		"checkbox":                 {single(crm.TypeCheckbox), one(crm.Checkbox(true)), one(crm.Checkbox(false)), false},
		"date":                     {single(crm.TypeDate), one(crm.Date{Year: 2020, Month: time.May, Day: 1}), one(crm.Date{Year: 2020, Month: time.May, Day: 1}), true},
		"domains in any order":     {several(crm.TypeDomain), one(crm.Domain("acme.com"), crm.Domain("b.com")), one(crm.Domain("B.com."), crm.Domain("www.ACME.com")), true},
		"a repeated domain":        {several(crm.TypeDomain), one(crm.Domain("acme.com"), crm.Domain("acme.com")), one(crm.Domain("acme.com")), true},
		"a domain more":            {several(crm.TypeDomain), one(crm.Domain("acme.com"), crm.Domain("b.com")), one(crm.Domain("acme.com")), false},
		"domain in two scripts":    {single(crm.TypeDomain), one(crm.Domain("MÜLLER.de")), one(crm.Domain("xn--mller-kva.de")), true},
		"subdomain":                {single(crm.TypeDomain), one(crm.Domain("acme.com")), one(crm.Domain("app.acme.com")), false},
		"e-mail and case":          {single(crm.TypeEmailAddress), one(crm.EmailAddress("Jane@Acme.com")), one(crm.EmailAddress("jane@acme.COM")), true},
		"e-mail in two scripts":    {single(crm.TypeEmailAddress), one(crm.EmailAddress("a@müller.de")), one(crm.EmailAddress("a@xn--mller-kva.de")), true},
		"e-mails":                  {single(crm.TypeEmailAddress), one(crm.EmailAddress("a@b.co")), one(crm.EmailAddress("a@c.co")), false},
		"select by id":             {options(), one(crm.Select{ID: "id-saas", Title: "SaaS"}), one(crm.Select{ID: "ID-SaaS", Title: "renamed"}), true},
		"select by title":          {options(), one(crm.Select{Title: "SaaS"}), one(crm.Select{ID: "id-saas", Title: "SaaS"}), true},
		"select of unknown title":  {options(), one(crm.Select{Title: "x"}), one(crm.Select{Title: "x"}), true},
		"selects":                  {options(), one(crm.Select{Title: "SaaS"}), one(crm.Select{Title: "B2B"}), false},
		"name and blanks":          {single(crm.TypePersonalName), one(crm.PersonalName{First: "A ", Last: "B"}), one(crm.PersonalName{First: "A", Last: "B", Full: "A  B"}), true},
		"names":                    {single(crm.TypePersonalName), one(crm.PersonalName{First: "A", Last: "B C", Full: "A B C"}), one(crm.PersonalName{First: "A B", Last: "C", Full: "A B C"}), false},
		"location":                 {single(crm.TypeLocation), one(crm.Location{CountryCode: "de", Latitude: "48.10"}), one(crm.Location{CountryCode: "DE", Latitude: "48.1000000001"}), true},
		"locations":                {single(crm.TypeLocation), one(crm.Location{Line1: "a", Line2: "b"}), one(crm.Location{Line1: "ab"}), false},
		"a type to come":           {single(crm.TypeStatus), one(crm.Status{ID: "1"}), one(crm.Status{ID: "1"}), true},
		"values of a type to come": {single(crm.TypeRating), one(crm.Rating(1)), one(crm.Rating(2)), false},
	} {
		if got := valueconv.Equal(c.attr, c.a, c.b); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
		if got := valueconv.Equal(c.attr, c.b, c.a); got != c.want {
			t.Errorf("%s, the other way round: got %v", name, got)
		}
	}
}

func TestFormat(t *testing.T) {
	day := crm.Date{Year: 987, Month: time.May, Day: 4}
	for name, c := range map[string]struct {
		attr   crm.Attribute
		opts   valueconv.Options
		values []crm.Value
		want   string // kind and text
	}{
		"nothing":                 {single(crm.TypeText), valueconv.Options{}, nil, "empty "},
		"text":                    {single(crm.TypeText), valueconv.Options{}, []crm.Value{crm.Text(" a")}, "text  a"},
		"number":                  {single(crm.TypeNumber), valueconv.Options{}, []crm.Value{crm.Number(25)}, "number 25"},
		"decimal comma":           {single(crm.TypeNumber), valueconv.Options{Decimal: ","}, []crm.Value{crm.Number(-1234.5)}, "text -1234,5"},
		"checkbox":                {single(crm.TypeCheckbox), valueconv.Options{}, []crm.Value{crm.Checkbox(true)}, "boolean true"},
		"iso date":                {single(crm.TypeDate), valueconv.Options{}, []crm.Value{day}, "text 0987-05-04"},
		"date with a format":      {single(crm.TypeDate), valueconv.Options{Format: "D.M.YYYY*"}, []crm.Value{day}, "text 4.5.0987"},
		"date with a month name":  {single(crm.TypeDate), valueconv.Options{Format: "MMMM DD, YYYY"}, []crm.Value{day}, "text May 04, 0987"},
		"several, joined":         {several(crm.TypeDomain), valueconv.Options{Split: ";"}, []crm.Value{crm.Domain("a.co"), crm.Domain("b.co")}, "text a.co;b.co"},
		"several, no separator":   {several(crm.TypeDomain), valueconv.Options{}, []crm.Value{crm.Domain("a.co"), crm.Domain("b.co")}, "list a.co; b.co"},
		"separator in a value":    {several(crm.TypeText), valueconv.Options{Split: ";"}, []crm.Value{crm.Text("a;b")}, "list a;b"},
		"blanks in a split value": {several(crm.TypeText), valueconv.Options{Split: ";"}, []crm.Value{crm.Text(" a"), crm.Text("b")}, "list  a; b"},
		"select":                  {options(), valueconv.Options{}, []crm.Value{crm.Select{ID: "id-saas"}}, "text SaaS"},
		"select mapped away":      {options(), valueconv.Options{Choices: map[string]string{"SaaS": "B2B"}}, []crm.Value{crm.Select{ID: "id-saas", Title: "SaaS"}}, "text id-saas"},
		"select unknown":          {options(), valueconv.Options{}, []crm.Value{crm.Select{Title: "x"}}, "text x"},
		"name":                    {single(crm.TypePersonalName), valueconv.Options{}, []crm.Value{crm.PersonalName{First: "Ada", Last: "Lovelace", Full: "Ada Lovelace"}}, "text Ada Lovelace"},
		"name that needs a comma": {single(crm.TypePersonalName), valueconv.Options{}, []crm.Value{crm.PersonalName{First: "Gabriel", Last: "García Márquez"}}, "text García Márquez, Gabriel"},
		"name with another full":  {single(crm.TypePersonalName), valueconv.Options{}, []crm.Value{crm.PersonalName{First: "Ada", Last: "King", Full: "Countess"}}, "text King, Ada"},
	} {
		format, f := valueconv.Formatter(c.attr, c.opts)
		if f != nil {
			t.Errorf("%s: %v", name, f)
			continue
		}
		cell := format(c.values)
		if got := cell.Kind().String() + " " + cell.Text(); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestListCells(t *testing.T) {
	list := tabular.ListCell([]tabular.Cell{tabular.StringCell("a;b"), {}, tabular.StringCell(" c "), tabular.IntCell(1)})
	checkSpellings(t, several(crm.TypeText), valueconv.Options{Split: ";"}, []spelling{
		{list, "a;b +  c  + 1"}, {"a; b;a; ;", "a + b"}, {tabular.IntCell(12), "12"},
	})
}
