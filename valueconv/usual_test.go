package valueconv

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// What is usual is read by shorter ways. Each has to end where the way for everything ends; these tests walk both.

// digits draws texts that are numbers or nearly so.
func digits(t *rapid.T) string {
	return rapid.StringMatching(`-?[0-9]{0,9}[.,]?[0-9]{0,9}[eE]?[0-9]{0,2} ?`).Draw(t, "number")
}

func TestShortNumbers(t *testing.T) {
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		text := digits(t)
		for _, mark := range []byte(".,") {
			n, ok := readShort(text, mark)
			if !ok {
				continue
			}
			taken++
			v, f := number(text, "", mark)
			if f != nil || v != crm.Number(n.float()) {
				t.Fatalf("%q: short %v, in full %v (%v)", text, n.float(), v, f)
			}
		}
	})
	if taken == 0 {
		t.Error("no number was short")
	}
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "0.5": "0.5", "-12.50": "-12.5", "123456789012345": "123456789012345", "0.00000000000001": "0.00000000000001", "1.0": "1",
		"": "", "-": "", ".5": "", "1.": "", "05": "", "-01": "", "00": "", "1234567890123456": "", "1.2.3": "", "1,5": "", "+1": "", " 1": "", "1e5": "", ".": "",
	} {
		n, ok := readShort(text, '.')
		if ok != (want != "") || (ok && strconv.FormatFloat(n.float(), 'f', -1, 64) != want) {
			t.Errorf("%q: got %v, %v, want %q", text, n.float(), ok, want)
		}
	}
}

func TestShortAmounts(t *testing.T) {
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "", "$", "-$", "$$"}).Draw(t, "sign") + digits(t)
		short, ok := shortAmount(text, true)
		if !ok {
			return
		}
		taken++
		plain, f := cutCurrency(text, "USD")
		if f != nil || undecided(plain) {
			t.Fatalf("%q: short %s, in full %v", text, short, f)
		}
		if full, f := amount(plain, text, '.'); f != nil || full != short {
			t.Fatalf("%q: short %s, in full %s (%v)", text, short, full, f)
		}
	})
	if taken == 0 {
		t.Error("no amount was short")
	}
	if short, ok := shortAmount("$5", false); ok {
		t.Errorf("a dollar sign that is not the attribute's: %s", short)
	}
}

func TestCheckboxWords(t *testing.T) {
	for _, text := range []string{"", "yes", "YES", "yEs", "[es", "@", "Unchecked", "unchecked ", "unchecKed", "chec\u212Aed", "ÿ", "x", "X", "\x00"} {
		want, known := checkboxWords[strings.ToLower(text)]
		if got, ok := checkboxWord(text); got != want || ok != known {
			t.Errorf("%q: got %v %v, want %v %v", text, got, ok, want, known)
		}
	}
}

func TestReadDay(t *testing.T) {
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9]{4}-(0[0-9]|1[0-3])-[0-3][0-9]`).Draw(t, "day")
		if rapid.IntRange(0, 3).Draw(t, "spoilt") == 0 {
			at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
			text = text[:at] + rapid.SampledFrom([]string{"", "x", "-", "0", "é"}).Draw(t, "instead") + text[at+1:]
		}
		d, ok := readDay(text)
		r, want := isoFormat.parse(text)
		if ok != want || (ok && d != r.day) {
			t.Fatalf("%q: short %v %v, in full %v %v", text, d, ok, r.day, want)
		}
		if ok {
			taken++
		}
	})
	if taken == 0 {
		t.Error("no day was read")
	}
}

func TestPlainHosts(t *testing.T) {
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.OneOf(
			rapid.StringMatching(`([a-zA0-9-]{0,4}\.){0,3}[a-z0-9-]{0,4}(é|xn--a)?`), rapid.StringMatching(`([a-z0-9]{1,4}\.){1,3}[a-z]{1,4}`),
		).Draw(t, "host")
		if !isPlainHost(host) {
			return
		}
		taken++
		if problem := hostProblem(host); problem != "" || host != strings.ToLower(host) || strings.Contains(host, "xn--") {
			t.Fatalf("%q: %s", host, problem)
		}
	})
	if taken == 0 {
		t.Error("no host was plain")
	}
	long := strings.Repeat("a", 63)
	for host, want := range map[string]bool{
		"acme.com": true, "a-b.c1": true, long + ".com": true, long + "a.com": false, "a." + long: true, "a." + long + "a": false, "com": false, ".com": false,
		"a..b": false, "-a.com": false, "a-.com": false, "a.com-": false, "1.2.3.4": false, "a--b.com": false, "Acme.com": false, "a_b.com": false, "a.com.": false, "": false,
		strings.Repeat(long+".", 4)[:250] + ".com": false,
	} {
		if isPlainHost(host) != want {
			t.Errorf("%q is %v", host, !want)
		}
	}
}

// One look at the list of suffixes is enough for a host and for what is left of it without www.
func TestCutWWW(t *testing.T) {
	cut, kept := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.SampledFrom([]string{"www", "www", "acme", "co", "uk", "com", "ck", "ro", "jp", "kawasaki", "city", "github", "io", "k12", "ma", "us", "example", "no", "gov"})
		host := rapid.SampledFrom([]string{"www.", ""}).Draw(t, "www") + strings.Join(rapid.SliceOfN(label, 1, 5).Draw(t, "labels"), ".")
		want := host
		for {
			rest, found := strings.CutPrefix(want, "www.")
			if !found {
				break
			}
			if _, whole := publicSuffix(rest); whole {
				kept++
				break
			}
			want = rest
			cut++
		}
		suffix, _ := publicSuffix(host)
		if got := cutWWW(host, suffix); got != want {
			t.Fatalf("%s: got %s, label by label %s", host, got, want)
		}
	})
	if cut == 0 || kept == 0 {
		t.Errorf("%d cut, %d kept", cut, kept)
	}
}

func TestCertainInstants(t *testing.T) {
	var zones []*time.Location
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kolkata"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, zone)
	}
	certain, doubtful := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		at := time.Unix(rapid.Int64Range(-5e9, 5e9).Draw(t, "seconds"), 0)
		if _, end := at.In(zone).ZoneBounds(); !end.IsZero() && rapid.Bool().Draw(t, "near a change") {
			at = end.Add(time.Duration(rapid.IntRange(-3000, 3000).Draw(t, "minutes")) * time.Minute)
		}
		r := readingOf(at, zone)
		r.zoned = rapid.Bool().Draw(t, "zoned")
		got, ok := r.certainInstant(zone)
		if !ok {
			doubtful++
			return
		}
		certain++
		if all := r.instants(zone); len(all) != 1 || !all[0].Equal(got) {
			t.Fatalf("%v in %s: short %v, in full %v", r, zone, got, all)
		}
	})
	if certain == 0 || doubtful == 0 {
		t.Errorf("%d certain, %d doubtful", certain, doubtful)
	}
}

func TestExactChoices(t *testing.T) {
	attr := crm.Attribute{Slug: "a", Type: crm.TypeSelect, Choices: []crm.Choice{
		{ID: "1", Title: "One"}, {ID: "2", Title: "one"}, {ID: "3", Title: " Two "}, {ID: "4", Title: "Two"}, {ID: "5", Title: "Old", Archived: true}, {ID: "6", Title: " "},
	}}
	mapped := map[string]crm.Choice{"uno": attr.Choices[0], "Two": attr.Choices[0]}
	table := newOptionTable(attr, false)
	exact := table.exactValues(mapped, selectOf)
	for _, text := range []string{"One", "one", " Two ", "Two", "uno", "Old", " ", "ONE", "x"} {
		v, ok := exact[text]
		c, f := table.choiceOf(text, mapped)
		if ok && (f != nil || v != selectOf(c)) {
			t.Errorf("%q: exactly %v, in full %v (%v)", text, v, c, f)
		}
	}
	if len(exact) != 5 {
		t.Errorf("%d texts have their value: %v", len(exact), exact)
	}
}

// Any text gives what it gives as bytes, which take the way for everything.
func FuzzUsualTexts(f *testing.F) {
	for _, seed := range []string{"12.50", "-0", "$5", "4", "yes", "2020-01-15", "2020-01-15T10:00:00Z", "2020-07-01 10:00", "acme.com", "JANE@acme.com", "Software", "0.1"} {
		f.Add(seed)
	}
	var parsers []Parse
	for _, c := range []struct {
		typ crm.Type
		o   Options
	}{
		{crm.TypeNumber, Options{}},
		{crm.TypeNumber, Options{Decimal: ","}},
		{crm.TypeCurrency, Options{}},
		{crm.TypeCurrency, Options{Decimal: ","}},
		{crm.TypeRating, Options{}},
		{crm.TypeSelect, Options{}},
		{crm.TypeText, Options{}},
	} {
		attr := crm.Attribute{Slug: "a", Type: c.typ, Currency: "USD", Choices: []crm.Choice{{ID: "s", Title: "Software"}, {ID: "t", Title: " x "}}}
		parse, finding := Parser(attr, c.o)
		if finding != nil {
			f.Fatal(finding)
		}
		parsers = append(parsers, parse)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for i, parse := range parsers {
			usual, one := parse(nil, tabular.StringCell(text))
			full, other := parse(nil, tabular.BytesCell([]byte(text)))
			if tell(usual, one) != tell(full, other) {
				t.Errorf("parser %d, %q: %s as a text, %s as bytes", i, text, tell(usual, one), tell(full, other))
			}
		}
	})
}

// No type panics at a cell of any kind, and each makes values of it or says what is wrong.
func FuzzTypedCells(f *testing.F) {
	for kind := range byte(9) {
		f.Add(kind, "12.50", int64(1_577_836_800), 2.5)
	}
	f.Add(byte(4), "-0.000", int64(-1), 1e300)
	type typed struct {
		attr  crm.Attribute
		parse Parse
	}
	var parsers []typed
	for _, typ := range Supported() {
		for _, o := range []Options{{}, {Format: "percent"}, {Format: "excel", Timezone: "Europe/Berlin"}, {Format: "unix"}, {Format: "line_1"}, {Timezone: "America/Havana", Country: "DE", Decimal: ","}} {
			attr := crm.Attribute{Slug: "a", Type: typ, Currency: "USD", Choices: []crm.Choice{{ID: "s", Title: "Software"}}, AllowedObjects: []string{"companies"}}
			if parse, finding := Parser(attr, o); finding == nil {
				parsers = append(parsers, typed{attr, parse})
			}
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, text string, n int64, x float64) {
		at := time.Unix(n, 0).In(time.FixedZone("", int(n%50_000)))
		cell := [...]tabular.Cell{
			tabular.IntCell(n), tabular.FloatCell(x), tabular.BoolCell(n%2 == 0), tabular.TimeCell(at), tabular.BytesCell([]byte(text)), tabular.DateCell(at.Date()),
			tabular.LocalTimeCell(at), tabular.DecimalCell(plainDecimal(strconv.FormatInt(n, 10), -int(kind)%40)), tabular.BrokenCell(text, tabular.Fault{Code: "c", Problem: "p"}),
		}[kind%9]
		for _, p := range parsers {
			values, finding := p.parse(nil, cell)
			var v crm.Value
			if len(values) > 0 {
				v = values[0]
			}
			if finding != nil && (v != nil || finding.Code == "" || finding.Problem == "") {
				t.Errorf("%s of a %s %q: %v, %+v", p.attr.Type, cell.Kind(), cell.Text(), v, finding)
			}
			if v != nil && v.Type() != p.attr.Type {
				t.Errorf("%s of a %s %q: a value of type %s", p.attr.Type, cell.Kind(), cell.Text(), v.Type())
			}
			if v != nil && cell.Kind() == tabular.Broken {
				t.Errorf("%s of a broken cell: %v", p.attr.Type, v)
			}
			if exact := cell.Kind() == tabular.Decimal && p.attr.Type == crm.TypeNumber && v != nil; exact && plainDecimal(canonicalPlain(v), 0) != cell.Text() {
				t.Errorf("%s became %s", cell.Text(), canonicalPlain(v))
			}
		}
	})
}

// canonicalPlain is a number without an exponent.
func canonicalPlain(v crm.Value) string {
	n, _ := v.(crm.Number)
	return strconv.FormatFloat(float64(n), 'f', -1, 64)
}

func tell(values []crm.Value, f *diag.Finding) string {
	if f != nil {
		return f.Error()
	}
	var texts []string
	for _, v := range values {
		texts = append(texts, Canonical(v))
	}
	return strings.Join(texts, "\n")
}
