package csvfile

import (
	"testing"

	"pgregory.net/rapid"
)

func TestGuard(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "",
		"plain":              "plain",
		"a=1":                "a=1",
		"=1+1":               "'=1+1",
		"=HYPERLINK(\"x\")":  "'=HYPERLINK(\"x\")",
		"@SUM(A1)":           "'@SUM(A1)",
		"+cmd|' /C calc'!A0": "'+cmd|' /C calc'!A0",
		"-2+3":               "'-2+3",
		"-A1":                "'-A1",
		"\t=1":               "'\t=1",
		"\r=1":               "'\r=1",
		"\n=1":               "'\n=1",
		"＝1":                 "'＝1",
		"＋1":                 "'＋1",
		"－1":                 "'－1",
		"＠1":                 "'＠1",
		"+49 (30) 123-45.6":  "+49 (30) 123-45.6",
		"-1234.50":           "-1234.50",
		"-":                  "-",
		"- a list":           "'- a list",
		"-1e5":               "'-1e5",
		"'quoted'":           "'quoted'",
		"'":                  "'",
		"'=1":                "''=1",
		"''@":                "'''@",
		"'-5":                "'-5",
		"D'=1":               "D'=1",
		"\u00a0=1":           "\u00a0=1",
	} {
		if got := addGuard(text); got != want {
			t.Errorf("guard of %q: got %q, want %q", text, got, want)
		}
		if got := stripGuard(want); got != text {
			t.Errorf("%q without its guard: got %q, want %q", want, got, text)
		}
	}
}

// TestGuardIsUndone: for any text, and what is guarded is never taken for a formula.
func TestGuardIsUndone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.SampledFrom([]rune("'=+-@\t\r\n1 (x＝")), 0, 6, -1)).Draw(t, "text")
		written := addGuard(text)
		if got := stripGuard(written); got != text {
			t.Errorf("%q became %q and that %q", text, written, got)
		}
		if formula(written) {
			t.Errorf("%q was written as %q, which is a formula", text, written)
		}
	})
}
