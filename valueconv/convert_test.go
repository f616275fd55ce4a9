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
		"unsupported type":       {single("colour"), valueconv.Options{}, "unsupported-type colour"},
		"read-only type":         {single(crm.TypeInteraction), valueconv.Options{}, "read-only-type out of the map"},
		"split of a single":      {single(crm.TypeText), valueconv.Options{Split: ";"}, "bad-option remove split"},
		"split at blanks":        {several(crm.TypeText), valueconv.Options{Split: " "}, "bad-option separator"},
		"decimal mark":           {single(crm.TypeNumber), valueconv.Options{Decimal: "x"}, "bad-option decimal"},
		"format of a text":       {single(crm.TypeText), valueconv.Options{Format: "DD"}, "bad-option remove format"},
		"choices of a text":      {single(crm.TypeText), valueconv.Options{Choices: map[string]string{"a": "b"}}, "bad-option remove options"},
		"choices of a checkbox":  {single(crm.TypeCheckbox), valueconv.Options{Choices: map[string]string{"ja": "perhaps"}}, "bad-option perhaps"},
		"unknown mapped option":  {unmapped, valueconv.Options{Choices: map[string]string{"x": "Softwear"}}, `unknown-option did you mean "Software"`},
		"archived mapped option": {unmapped, valueconv.Options{Choices: map[string]string{"x": "Old"}}, "archived-option Old"},
		"two-digit year":         {single(crm.TypeDate), valueconv.Options{Format: "DD.MM.YY"}, "bad-option century"},
		"unknown letters":        {single(crm.TypeDate), valueconv.Options{Format: "YYYY-MM-DD E"}, "bad-option \"E\""},
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
		"unsupported":  {single("colour"), []string{"line_1"}, valueconv.Options{}, "unsupported-type colour"},
		"read-only":    {single(crm.TypeInteraction), []string{"kind"}, valueconv.Options{}, "read-only-type out of the map"},
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
	for _, typ := range []crm.Type{
		crm.TypeText, crm.TypeNumber, crm.TypeCheckbox, crm.TypeCurrency, crm.TypeDate, crm.TypeTimestamp, crm.TypeRating, crm.TypeStatus, crm.TypeSelect,
		crm.TypeRecordReference, crm.TypeActorReference, crm.TypeLocation, crm.TypeDomain, crm.TypeEmailAddress, crm.TypePhoneNumber, crm.TypeInteraction,
		crm.TypePersonalName,
	} {
		if !slices.Contains(got, typ) {
			t.Errorf("%s is missing in %v", typ, got)
		}
	}
	if len(got) != 17 {
		t.Errorf("%d types, want 17", len(got))
	}
	if !slices.IsSorted(got) {
		t.Errorf("not sorted: %v", got)
	}
}

func stamp(text string) crm.Timestamp {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return crm.Timestamp(t)
}

func TestEqual(t *testing.T) {
	one := func(vs ...crm.Value) []crm.Value { return vs }
	for name, c := range map[string]struct {
		attr crm.Attribute
		a, b []crm.Value
		want bool
	}{
		"nothing":                 {single(crm.TypeText), nil, one(), true},
		"nothing and something":   {single(crm.TypeText), nil, one(crm.Text("a")), false},
		"text":                    {single(crm.TypeText), one(crm.Text("a")), one(crm.Text("a")), true},
		"text and case":           {single(crm.TypeText), one(crm.Text("a")), one(crm.Text("A")), false},
		"text and blanks":         {single(crm.TypeText), one(crm.Text("a")), one(crm.Text("a ")), false},
		"number":                  {single(crm.TypeNumber), one(crm.Number(25)), one(crm.Number(25.0)), true},
		"numbers":                 {single(crm.TypeNumber), one(crm.Number(0.1)), one(crm.Number(0.30000000000000004 - 0.2)), false},
		"checkbox":                {single(crm.TypeCheckbox), one(crm.Checkbox(true)), one(crm.Checkbox(false)), false},
		"date":                    {single(crm.TypeDate), one(crm.Date{Year: 2020, Month: time.May, Day: 1}), one(crm.Date{Year: 2020, Month: time.May, Day: 1}), true},
		"domains in any order":    {several(crm.TypeDomain), one(crm.Domain("acme.com"), crm.Domain("b.com")), one(crm.Domain("B.com."), crm.Domain("www.ACME.com")), true},
		"a repeated domain":       {several(crm.TypeDomain), one(crm.Domain("acme.com"), crm.Domain("acme.com")), one(crm.Domain("acme.com")), true},
		"a domain more":           {several(crm.TypeDomain), one(crm.Domain("acme.com"), crm.Domain("b.com")), one(crm.Domain("acme.com")), false},
		"domain in two scripts":   {single(crm.TypeDomain), one(crm.Domain("MÜLLER.de")), one(crm.Domain("xn--mller-kva.de")), true},
		"subdomain":               {single(crm.TypeDomain), one(crm.Domain("acme.com")), one(crm.Domain("app.acme.com")), false},
		"e-mail and case":         {single(crm.TypeEmailAddress), one(crm.EmailAddress("Jane@Acme.com")), one(crm.EmailAddress("jane@acme.COM")), true},
		"e-mail in two scripts":   {single(crm.TypeEmailAddress), one(crm.EmailAddress("a@müller.de")), one(crm.EmailAddress("a@xn--mller-kva.de")), true},
		"e-mails":                 {single(crm.TypeEmailAddress), one(crm.EmailAddress("a@b.co")), one(crm.EmailAddress("a@c.co")), false},
		"select by id":            {options(), one(crm.Select{ID: "id-saas", Title: "SaaS"}), one(crm.Select{ID: "ID-SaaS", Title: "renamed"}), true},
		"select by title":         {options(), one(crm.Select{Title: "SaaS"}), one(crm.Select{ID: "id-saas", Title: "SaaS"}), true},
		"select of unknown title": {options(), one(crm.Select{Title: "x"}), one(crm.Select{Title: "x"}), true},
		"selects":                 {options(), one(crm.Select{Title: "SaaS"}), one(crm.Select{Title: "B2B"}), false},
		"name and blanks":         {single(crm.TypePersonalName), one(crm.PersonalName{First: "A ", Last: "B"}), one(crm.PersonalName{First: "A", Last: "B", Full: "A  B"}), true},
		"names":                   {single(crm.TypePersonalName), one(crm.PersonalName{First: "A", Last: "B C", Full: "A B C"}), one(crm.PersonalName{First: "A B", Last: "C", Full: "A B C"}), false},
		"location":                {single(crm.TypeLocation), one(crm.Location{CountryCode: "de", Latitude: "48.10"}), one(crm.Location{CountryCode: "DE", Latitude: "48.1000000001"}), true},
		"locations":               {single(crm.TypeLocation), one(crm.Location{Line1: "a", Line2: "b"}), one(crm.Location{Line1: "ab"}), false},
		"status by id":            {stages(), one(crm.Status{ID: "id-lead", Title: "Lead"}), one(crm.Status{ID: "ID-LEAD", Title: "renamed"}), true},
		"status by title":         {stages(), one(crm.Status{Title: "Lead"}), one(crm.Status{ID: "id-lead"}), true},
		"statuses":                {stages(), one(crm.Status{Title: "Lead"}), one(crm.Status{Title: "Lost"}), false},
		"rating":                  {single(crm.TypeRating), one(crm.Rating(1)), one(crm.Rating(1)), true},
		"ratings":                 {single(crm.TypeRating), one(crm.Rating(1)), one(crm.Rating(2)), false},
		"currency":                {currency("USD"), one(crm.Currency{Amount: "4.5"}), one(crm.Currency{Amount: "4.50", Code: "USD"}), true},
		"currency of zero":        {currency("USD"), one(crm.Currency{Amount: "-0.00"}), one(crm.Currency{Amount: "0"}), true},
		"currencies":              {currency("USD"), one(crm.Currency{Amount: "4.5"}), one(crm.Currency{Amount: "4.5001"}), false},
		"currency of no number":   {currency("USD"), one(crm.Currency{Amount: "x"}), one(crm.Currency{Amount: "y"}), false},
		"timestamp":               {single(crm.TypeTimestamp), one(stamp("2020-01-15T10:00:00+02:00")), one(stamp("2020-01-15T08:00:00Z")), true},
		"timestamps":              {single(crm.TypeTimestamp), one(stamp("2020-01-15T10:00:00.000000001Z")), one(stamp("2020-01-15T10:00:00Z")), false},
		"phone":                   {single(crm.TypePhoneNumber), one(crm.PhoneNumber{E164: "+4930901820", Original: "030 901820"}), one(crm.PhoneNumber{E164: "+4930901820", CountryCode: "DE"}), true},
		"phones":                  {single(crm.TypePhoneNumber), one(crm.PhoneNumber{E164: "+4930901820"}), one(crm.PhoneNumber{E164: "+4930901821"}), false},
		"phone without E.164":     {single(crm.TypePhoneNumber), one(crm.PhoneNumber{Original: "1"}), one(crm.PhoneNumber{Original: "2"}), false},
		"record":                  {reference("companies"), one(crm.RecordReference{Object: "companies", ID: acmeID}), one(crm.RecordReference{Object: "companies", ID: strings.ToUpper(acmeID)}), true},
		"records":                 {reference("companies"), one(crm.RecordReference{Object: "companies", ID: acmeID}), one(crm.RecordReference{Object: "companies", ID: betaID}), false},
		"record by key":           {reference(), one(crm.RecordReference{Object: "companies", Match: "domains", Key: "a.co"}), one(crm.RecordReference{Object: "companies", Match: "domains", Key: "a.co"}), true},
		"records by key":          {reference(), one(crm.RecordReference{Object: "companies", Match: "domains", Key: "a.co"}), one(crm.RecordReference{Object: "people", Match: "domains", Key: "a.co"}), false},
		"member":                  {members(), one(crm.ActorReference{Email: "ADA@acme.com"}), one(crm.ActorReference{ActorType: "workspace-member", ID: strings.ToUpper(adaID)}), true},
		"members":                 {members(), one(crm.ActorReference{ID: adaID}), one(crm.ActorReference{ID: graceID}), false},
		"strange member":          {single(crm.TypeActorReference), one(crm.ActorReference{Email: "X@acme.com"}), one(crm.ActorReference{Email: "x@acme.com"}), true},
		"system":                  {members(), one(crm.ActorReference{ActorType: "system"}), one(crm.ActorReference{ActorType: "app"}), false},
		"interaction":             {single(crm.TypeInteraction), one(crm.Interaction{Kind: "email"}), one(crm.Interaction{Kind: "email"}), true},
		"interactions":            {single(crm.TypeInteraction), one(crm.Interaction{Kind: "email"}), one(crm.Interaction{Kind: "meeting"}), false},
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
		"percent":                 {single(crm.TypeNumber), valueconv.Options{Format: "percent"}, []crm.Value{crm.Number(0.29)}, "text 29 %"},
		"percent, negative":       {single(crm.TypeNumber), valueconv.Options{Format: "percent", Decimal: ","}, []crm.Value{crm.Number(-0.00125)}, "text -0,125 %"},
		"percent, large":          {single(crm.TypeNumber), valueconv.Options{Format: "percent"}, []crm.Value{crm.Number(12)}, "text 1200 %"},
		"percent of nothing":      {single(crm.TypeNumber), valueconv.Options{Format: "percent"}, []crm.Value{crm.Number(0)}, "text 0 %"},
		"currency":                {currency("USD"), valueconv.Options{}, []crm.Value{crm.Currency{Amount: "4.50", Code: "USD"}}, "number 4.5"},
		"currency of many digits": {currency("USD"), valueconv.Options{}, []crm.Value{crm.Currency{Amount: "12345678901234567.89"}}, "text 12345678901234567.89"},
		"currency, decimal comma": {currency("EUR"), valueconv.Options{Decimal: ","}, []crm.Value{crm.Currency{Amount: "-1234.5"}}, "text -1234,5"},
		"rating":                  {single(crm.TypeRating), valueconv.Options{}, []crm.Value{crm.Rating(4)}, "whole number 4"},
		"status":                  {stages(), valueconv.Options{}, []crm.Value{crm.Status{ID: "id-lead"}}, "text Lead"},
		"status in doubt":         {stages(), valueconv.Options{Choices: map[string]string{"Lead": "Lost"}}, []crm.Value{crm.Status{ID: "id-lead"}}, "text id-lead"},
		"phone":                   {single(crm.TypePhoneNumber), valueconv.Options{}, []crm.Value{crm.PhoneNumber{E164: "+4930901820", Original: "030 901820"}}, "text +4930901820"},
		"phone as typed":          {single(crm.TypePhoneNumber), valueconv.Options{}, []crm.Value{crm.PhoneNumber{Original: "030 901820"}}, "text 030 901820"},
		"record":                  {reference("companies"), valueconv.Options{}, []crm.Value{crm.RecordReference{Object: "companies", ID: acmeID}}, "text " + acmeID},
		"record of two objects":   {reference("companies", "people"), valueconv.Options{}, []crm.Value{crm.RecordReference{Object: "people", ID: acmeID}}, "text people/" + acmeID},
		"record by key":           {reference("companies"), by("domains", crm.TypeDomain), []crm.Value{crm.RecordReference{Object: "companies", Match: "domains", Key: "a.co"}}, "text a.co"},
		"resolved record":         {reference("companies"), by("domains", crm.TypeDomain), []crm.Value{crm.RecordReference{Object: "companies", ID: acmeID}}, "text " + acmeID},
		"key without its match":   {reference("companies"), valueconv.Options{}, []crm.Value{crm.RecordReference{Object: "companies", Match: "domains", Key: "a.co"}}, "text a.co"},
		"key of no sense":         {reference("companies"), by("domains", crm.TypeDomain), []crm.Value{crm.RecordReference{Object: "companies", Key: "x"}}, "text x"},
		"member":                  {members(), valueconv.Options{}, []crm.Value{crm.ActorReference{ActorType: "workspace-member", ID: adaID}}, "text Ada@acme.com"},
		"unknown member":          {members(), valueconv.Options{}, []crm.Value{crm.ActorReference{ActorType: "workspace-member", ID: betaID}}, "text " + betaID},
		"system":                  {members(), valueconv.Options{}, []crm.Value{crm.ActorReference{ActorType: "system"}}, "text system"},
		"token":                   {members(), valueconv.Options{}, []crm.Value{crm.ActorReference{ActorType: "api-token", ID: betaID}}, "text api-token/" + betaID},
		"timestamp":               {single(crm.TypeTimestamp), valueconv.Options{}, []crm.Value{stamp("2020-01-15T10:00:00.5+02:00")}, "time 2020-01-15T08:00:00.5Z"},
		"timestamp in a zone":     {single(crm.TypeTimestamp), valueconv.Options{Timezone: "Europe/Berlin"}, []crm.Value{stamp("2020-01-15T08:00:00Z")}, "time 2020-01-15T09:00:00+01:00"},
		"timestamp of year 1":     {single(crm.TypeTimestamp), valueconv.Options{Timezone: "America/New_York"}, []crm.Value{stamp("0001-01-01T00:00:00Z")}, "time 0001-01-01T00:00:00Z"},
		"timestamp with a format": {single(crm.TypeTimestamp), valueconv.Options{Timezone: "Europe/Berlin", Format: "D.M.YYYY h:mm:ss a Z"}, []crm.Value{stamp("2020-07-15T22:05:09Z")}, "text 16.7.2020 12:05:09 am +02:00"},
		"timestamp in an overlap": {single(crm.TypeTimestamp), valueconv.Options{Timezone: "Europe/Berlin", Format: "D.M.YYYY HH:mm"}, []crm.Value{stamp("2020-10-25T00:30:00Z")}, "text 2020-10-25T02:30:00+02:00"},
		"timestamp after one":     {single(crm.TypeTimestamp), valueconv.Options{Timezone: "Europe/Berlin", Format: "D.M.YYYY HH:mm"}, []crm.Value{stamp("2020-10-25T02:30:00Z")}, "text 25.10.2020 03:30"},
		"unix":                    {single(crm.TypeTimestamp), valueconv.Options{Format: "unix"}, []crm.Value{stamp("2020-01-01T00:00:00Z")}, "whole number 1577836800"},
		"unix with a fraction":    {single(crm.TypeTimestamp), valueconv.Options{Format: "unix", Decimal: ","}, []crm.Value{stamp("1969-12-31T23:59:58.5Z")}, "text -1,5"},
		"unix_ms":                 {single(crm.TypeTimestamp), valueconv.Options{Format: "unix_ms"}, []crm.Value{stamp("2020-01-01T00:00:00.1234Z")}, "number 1577836800123.4"},
		"excel":                   {single(crm.TypeTimestamp), valueconv.Options{Format: "excel", Timezone: "Europe/Berlin"}, []crm.Value{stamp("2020-01-15T11:00:00Z")}, "number 43845.5"},
		"excel1904":               {single(crm.TypeTimestamp), valueconv.Options{Format: "excel1904"}, []crm.Value{stamp("2020-01-15T00:00:00Z")}, "whole number 42383"},
		"before excel":            {single(crm.TypeTimestamp), valueconv.Options{Format: "excel"}, []crm.Value{stamp("1899-12-31T12:00:00Z")}, "text 1899-12-31T12:00:00Z"},
		"date before excel":       {single(crm.TypeDate), valueconv.Options{Format: "excel"}, []crm.Value{day}, "text 0987-05-04"},
		"date of excel":           {single(crm.TypeDate), valueconv.Options{Format: "excel"}, []crm.Value{crm.Date{Year: 1900, Month: time.February, Day: 28}}, "whole number 59"},
		"date with unix":          {single(crm.TypeDate), valueconv.Options{Format: "unix", Timezone: "Europe/Berlin"}, []crm.Value{crm.Date{Year: 2020, Month: time.January, Day: 1}}, "whole number 1577833200"},
		"date without midnight":   {single(crm.TypeDate), valueconv.Options{Format: "unix", Timezone: "America/Sao_Paulo"}, []crm.Value{crm.Date{Year: 2018, Month: time.November, Day: 4}}, "whole number 1541300400"},
		"date that was skipped":   {single(crm.TypeDate), valueconv.Options{Format: "unix", Timezone: "Pacific/Apia"}, []crm.Value{crm.Date{Year: 2011, Month: time.December, Day: 30}}, "text 2011-12-30"},
		"date with a time format": {single(crm.TypeDate), valueconv.Options{Format: "YYYY-MM-DDTHH:mm:ss.SSSZ"}, []crm.Value{day}, "text 0987-05-04T00:00:00.000Z"},
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
