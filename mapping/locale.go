package mapping

import (
	"strings"
	"time"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// checkLocale reports a time zone or country of a column that there is not, and takes it out of the column, so that it is reported once.
func (c *compiler) checkLocale(col *jobs.Column) {
	if col.Timezone.Given() && !c.zone(col.Timezone) || !col.Timezone.Given() && c.badZone {
		col.Timezone = jobs.Text{}
	}
	if col.Country.Given() && !c.country(col.Country) || !col.Country.Given() && c.badCountry {
		col.Country = jobs.Text{}
	}
	col.Country.Value = strings.ToUpper(col.Country.Value)
}

// checkDefaults reports the same of the job's defaults, which columns inherit without a position.
func (c *compiler) checkDefaults(d jobs.Defaults) {
	c.badZone = d.Timezone.Given() && !c.zone(d.Timezone)
	c.badCountry = d.Country.Given() && !c.country(d.Country)
}

// continents is the first parts of the names of time zones.
var continents = []string{"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}

// zones is the time zones of large cities, for suggestions only.
var zones = []string{
	"Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Argentina/Buenos_Aires", "America/Bogota",
	"America/Chicago", "America/Denver", "America/Halifax", "America/Los_Angeles", "America/Mexico_City", "America/New_York",
	"America/Phoenix", "America/Sao_Paulo", "America/Toronto", "America/Vancouver", "Asia/Bangkok", "Asia/Dubai", "Asia/Hong_Kong",
	"Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata", "Asia/Manila", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore",
	"Asia/Taipei", "Asia/Tokyo", "Australia/Melbourne", "Australia/Perth", "Australia/Sydney", "Europe/Amsterdam", "Europe/Athens",
	"Europe/Berlin", "Europe/Brussels", "Europe/Copenhagen", "Europe/Dublin", "Europe/Helsinki", "Europe/Istanbul", "Europe/Kyiv",
	"Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Moscow", "Europe/Oslo", "Europe/Paris", "Europe/Prague", "Europe/Rome",
	"Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland", "Pacific/Honolulu", "UTC",
}

// zone reports a time zone that there is not.
func (c *compiler) zone(name jobs.Text) bool {
	if isZone(name.Value) {
		return true
	}
	f := diag.Finding{
		Code: CodeUnknownZone, Pos: name.Pos, Problem: "there is no such time zone", Got: name.Raw, Want: "an IANA name such as Europe/Berlin",
	}
	if near := nearestZone(name.Value); near != "" {
		f.Hint = "did you mean " + diag.Quote(near) + "?"
	}
	c.report(conceal(f, name))
	return false
}

// isZone leaves out the zone of the machine: a job means the same everywhere.
func isZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "Local"
}

// nearestZone is the zone that a name most likely stands for: a city, or a misspelt name.
func nearestZone(name string) string {
	city := strings.ReplaceAll(name[strings.LastIndex(name, "/")+1:], " ", "_")
	for _, continent := range continents {
		if zone := continent + "/" + titled(city); isZone(zone) {
			return zone
		}
	}
	near, _ := jobs.Nearest(name, zones)
	return near
}

// titled is a name with the first letter of each word in upper case and the others in lower case.
func titled(name string) string {
	words := strings.Split(strings.ToLower(name), "_")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "_")
}

// country reports a country that is not written as its code of two letters.
func (c *compiler) country(code jobs.Text) bool {
	found, f := countryCode(code.Value)
	if strings.EqualFold(found, code.Value) && f == nil {
		return true
	}
	out := diag.Finding{
		Code: CodeUnknownCountry, Pos: code.Pos, Problem: "there is no such country code", Got: code.Raw, Want: "two letters, such as DE",
	}
	if out.Hint = "did you mean " + diag.Quote(found) + "?"; f != nil {
		out.Hint = f.Hint
	}
	c.report(conceal(out, code))
	return false
}

// countryCode is the code of a country by the rules for cells: a code of two or three letters, or a name.
func countryCode(text string) (string, *diag.Finding) {
	parse, f := valueconv.PartsParser(crm.Attribute{Type: crm.TypeLocation}, []string{"country_code"}, valueconv.Options{})
	if f != nil {
		return "", f
	}
	value, f := parse([]tabular.Cell{tabular.StringCell(text)})
	location, _ := value.(crm.Location)
	return location.CountryCode, f
}
