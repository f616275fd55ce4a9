package jobs

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"

	"attio-etl/internal/diag"
)

// Nearest is the known name that a misspelt or shortened one most likely stands for. Case, blanks and punctuation between words do
// not count.
func Nearest(name string, known []string) (string, bool) {
	folded := fold(name)
	best, bestDistance := "", -1
	for _, k := range known {
		d, near := distance(folded, fold(k))
		if near && (bestDistance < 0 || d < bestDistance) {
			best, bestDistance = k, d
		}
	}
	if bestDistance >= 0 {
		return best, true
	}
	i := slices.IndexFunc(known, func(k string) bool { return shortens(folded, fold(k)) || shortens(fold(k), folded) })
	if i < 0 {
		return "", false
	}
	return known[i], true
}

// minShort is the fewest letters that say enough of a longer name.
const minShort = 3

// shortens reports whether a name is the beginning of another one.
func shortens(short, long string) bool {
	return len(short) >= minShort && strings.HasPrefix(long, short)
}

// Suggest is the hint for a name that is not known: the nearest one, or else the names there are.
func Suggest(name string, known []string) string {
	if near, ok := Nearest(name, known); ok {
		return "did you mean " + diag.Quote(near) + "?"
	}
	return "known: " + listNames(known)
}

// maxName bounds the names that are compared: nobody misspells a longer one, and comparing costs the product of their lengths.
const maxName = 200

// distance counts the edits between two names and says whether they are few enough for one to pass for the other: a third of the
// longer one and one more, as a swap of two letters counts as two, but never all of it.
func distance(a, b string) (int, bool) {
	if len(a) > maxName || len(b) > maxName {
		return 0, false
	}
	longer := max(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
	d := levenshtein.ComputeDistance(a, b)
	return d, d <= min(longer/3+1, longer-1)
}

var wordBreaks = strings.NewReplacer("_", " ", "-", " ", ".", " ")

// fold is a name as a reader sees it.
func fold(s string) string {
	return strings.Join(strings.Fields(wordBreaks.Replace(strings.ToLower(s))), " ")
}

// maxListed bounds the names in a hint.
const maxListed = 12

func listNames(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	sorted := slices.Sorted(slices.Values(names))
	if len(sorted) > maxListed {
		return strings.Join(sorted[:maxListed], ", ") + ", …"
	}
	return strings.Join(sorted, ", ")
}
