package tabular_test

import (
	"testing"
	"time"

	"attio-etl/tabular"
)

// TestSetting sets each kind over cells of every other: nothing of what stood there may be left.
func TestSetting(t *testing.T) {
	moment := time.Date(1969, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	for _, test := range []struct {
		name string
		set  func(*tabular.Cell)
		want tabular.Cell
	}{
		{"missing", (*tabular.Cell).SetMissing, tabular.Cell{}},
		{"text", func(c *tabular.Cell) { c.SetString("a") }, tabular.StringCell("a")},
		{"empty", func(c *tabular.Cell) { c.SetString("") }, tabular.StringCell("")},
		{"whole number", func(c *tabular.Cell) { c.SetInt(-1) }, tabular.IntCell(-1)},
		{"number", func(c *tabular.Cell) { c.SetFloat(-0.5) }, tabular.FloatCell(-0.5)},
		{"true", func(c *tabular.Cell) { c.SetBool(true) }, tabular.BoolCell(true)},
		{"false", func(c *tabular.Cell) { c.SetBool(false) }, tabular.BoolCell(false)},
		{"day", func(c *tabular.Cell) { c.SetDay(-1) }, tabular.DateCell(1969, 12, 31)},
		{"time", func(c *tabular.Cell) { c.SetUnix(-1, 999_999_999) }, tabular.TimeCell(moment)},
	} {
		for _, before := range cells() {
			cell := before
			if test.set(&cell); cell != test.want {
				t.Errorf("%s over %s: got %s %q", test.name, before.Kind(), cell.Kind(), cell.Text())
			}
		}
	}
}

// TestTimes holds that a time comes back from its cell as it was, also from years far away.
func TestTimes(t *testing.T) {
	berlin := time.FixedZone("", 7200)
	for _, want := range []time.Time{
		{},
		time.Unix(0, 0).UTC(), time.Unix(-1, 1).UTC(), time.Date(2024, 2, 29, 23, 59, 59, 999_999_999, berlin),
		time.Date(-290_000_000_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(290_000_000_000, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		if got := tabular.TimeCell(want).Time(); got != want {
			t.Errorf("time: got %s, want %s", got, want)
		}
		clock := time.Date(want.Year(), want.Month(), want.Day(), want.Hour(), want.Minute(), want.Second(), want.Nanosecond(), time.UTC)
		if got := tabular.LocalTimeCell(want).Time(); got != clock {
			t.Errorf("local time: got %s, want %s", got, clock)
		}
	}
}
