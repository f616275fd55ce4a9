package report

import (
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed page.html
var pageText string

//go:embed style.css
var styleText string

// pageData is a report with what the page works out of it.
type pageData struct {
	Report
	Style    template.CSS
	Policy   string // what the page may load: this style and nothing else
	Total    Counts
	LeftOut  int64
	Partial  bool
	Requests Requests
	Worked   time.Duration
	Outcomes outcomeChart
	Rate     plot
	Trouble  *plot // retried and throttled requests; nil where there were none
	Table    []interval
	Foreseen Counts // by the plan
	Findings []Fact // of the verification
}

// Write writes the page.
func Write(w io.Writer, r Report) error {
	page, err := template.New("page").Funcs(template.FuncMap{
		"number": number, "duration": duration, "moment": moment, "clock": clock, "datetime": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"rate": rate, "outcomes": outcomes, "share": share, "percent": percent, "inc": func(i int) int { return i + 1 }, "minus": func(a, b int) int { return a - b },
	}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	if err := page.Execute(w, r.data()); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

func (r Report) data() pageData {
	hash := sha256.Sum256([]byte(styleText))
	d := pageData{
		Report: r, Style: template.CSS(styleText), //nolint:gosec // our own
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; img-src data:; base-uri 'none'; form-action 'none'",
		Table:  timeline(r.Sessions, maxTableRows), Outcomes: chartOutcomes(r.Steps),
	}
	for _, s := range r.Steps {
		d.Total, d.Partial = d.Total.add(s.Counts), d.Partial || s.Partial
		d.LeftOut += s.LeftOut
	}
	for _, s := range r.Sessions {
		d.Requests, d.Worked = d.Requests.Add(s.Requests), d.Worked+s.Duration()
	}
	columns := timeline(r.Sessions, maxColumns)
	d.Rate = plotted(columns, rateHeight, [2]string{"writes", "reads"}, func(i interval) [2]float64 {
		return [2]float64{float64(i.Write) / i.Width.Seconds(), float64(i.Read) / i.Width.Seconds()}
	})
	d.Rate.Title = fmt.Sprintf("Requests a second over %s of working time; the table below has the numbers", duration(d.Worked))
	if d.Requests.Retried+d.Requests.Throttled > 0 {
		trouble := plotted(columns, troubleHeight, [2]string{"retried", "throttled"}, func(i interval) [2]float64 {
			return [2]float64{float64(i.Retried), float64(i.Throttled)}
		})
		trouble.Title = "Requests that were repeated, or refused as over the limit; the table below has the numbers"
		d.Trouble = &trouble
	}
	if r.Planned != nil {
		d.Foreseen = *r.Planned
	}
	d.Findings = facts(r.Verified)
	return d
}

// Written is the rows that changed something.
func (c Counts) Written() int64 { return c.Created + c.Updated + c.Upserted + c.Deleted }

// facts are the members of a JSON object, those of objects in it under both names.
func facts(object json.RawMessage) []Fact {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return nil
	}
	var list []Fact
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if inner := facts(members[name]); len(inner) > 0 {
			for _, f := range inner {
				list = append(list, Fact{Name: words(name) + ", " + f.Name, Value: f.Value})
			}
			continue
		}
		value := string(members[name])
		var text string
		if json.Unmarshal(members[name], &text) == nil {
			value = text
		}
		if name != "type" && value != "null" && value != "" {
			list = append(list, Fact{Name: words(name), Value: value})
		}
	}
	return list
}

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// number groups digits: 1,234,567.
func number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// short is a number of an axis.
func short(v float64) string {
	if v >= 1000 {
		return number(int64(v))
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

func rate(perSecond float64) string { return strconv.FormatFloat(perSecond, 'f', 1, 64) }

// share is how much of a whole something is.
func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// percent never rounds something to nothing, nor less than all to all.
func percent(part, whole int64) string {
	of := 100 * share(part, whole)
	switch {
	case part == 0 || part == whole:
		return fmt.Sprintf("%.0f %%", of)
	case of < 0.1:
		return "< 0.1 %"
	case of > 99.9:
		return "> 99.9 %"
	default:
		return fmt.Sprintf("%.1f %%", of)
	}
}

// duration is a time span in its two largest units.
func duration(d time.Duration) string {
	const day = 24 * time.Hour
	two := func(large, small time.Duration, a, b string) string {
		if rest := d % large / small; rest > 0 {
			return fmt.Sprintf("%d %s %d %s", d/large, a, rest, b)
		}
		return fmt.Sprintf("%d %s", d/large, a)
	}
	switch {
	case d >= day:
		return two(day, time.Hour, "d", "h")
	case d >= time.Hour:
		return two(time.Hour, time.Minute, "h", "min")
	case d >= time.Minute:
		return two(time.Minute, time.Second, "min", "s")
	case d%time.Second == 0:
		return fmt.Sprintf("%d s", d/time.Second)
	default:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
}

func moment(t time.Time) string { return clock(t) + " UTC" }

func clock(t time.Time) string { return t.UTC().Format(time.DateTime) }
