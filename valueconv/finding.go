package valueconv

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"

	"attio-etl/internal/diag"
)

func finding(code, problem, got, want string) *diag.Finding {
	return &diag.Finding{Code: code, Problem: problem, Got: got, Want: want}
}

// refuse is a finding with a hint, for a cell.
func refuse(code, problem, got, want, hint string) *diag.Finding {
	f := finding(code, problem, got, want)
	f.Hint = hint
	return f
}

func badOption(problem, got, hint string) *diag.Finding {
	return &diag.Finding{Code: "bad-option", Problem: problem, Got: got, Hint: hint}
}

// badFormat is badOption for Options.Format.
func badFormat(problem, format, hint string) *diag.Finding {
	return badOption("the format cannot be used: "+problem, format, hint)
}

// nearest is the candidate closest to a text, empty where none is close enough to be a misspelling of it.
func nearest(text string, candidates []string) string {
	text = strings.ToLower(text)
	if len(text) > 100 { // no name is that long, and the distance takes the square of the time
		return ""
	}
	best, limit := "", max(2, len(text)/3)
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(text, strings.ToLower(c)); d <= limit && d < len(c) {
			best, limit = c, d-1
		}
	}
	return best
}

func didYouMean(text string, candidates []string) string {
	if near := nearest(text, candidates); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}
