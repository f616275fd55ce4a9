package ui_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attio-etl/internal/ui"
)

func TestPlainLinesEveryFewSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := ui.NewProgress(ui.Options{Writer: &out, What: "import companies", Total: 1000, Done: 500})
		for i := range int64(100) {
			tick := time.NewTimer(100 * time.Millisecond)
			<-tick.C
			p.Set(500+i+1, 500)
		}
		p.Close()
		p.Set(1000, 500)
		want := "import companies: 550 of 1000 rows, 10.0/s, 45s left\nimport companies: 600 of 1000 rows, 10.0/s, 40s left\n"
		if out.String() != want {
			t.Errorf("got\n%swant\n%s", out.String(), want)
		}
	})
}

func TestTheBarLeavesTheTerminalClean(t *testing.T) {
	var out bytes.Buffer
	p := ui.NewProgress(ui.Options{Writer: &out, Terminal: true, What: "import companies", Total: 10})
	p.Set(10, 0)
	p.Close()
	if !strings.Contains(out.String(), "import companies") {
		t.Errorf("no bar was drawn: %q", out.String())
	}
	if end := out.String(); !strings.HasSuffix(end, "\r") && !strings.HasSuffix(end, "\x1b[2K\r") {
		t.Errorf("the line is not cleared: %q", end)
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1234 * time.Millisecond: "1.2s", 59 * time.Second: "59s", 61 * time.Second: "1m01s", 19*time.Hour + 30*time.Minute: "19h30m",
	} {
		if got := ui.Duration(d); got != want {
			t.Errorf("Duration(%v) = %s, want %s", d, got, want)
		}
	}
}
