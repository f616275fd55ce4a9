package csvfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/text/transform"
)

// shownCell is how many characters of a cell a hint shows.
const shownCell = 40

// suggestion is an encoding that the file may be in. It is only ever suggested: detection takes Windows-1250 and Mac Roman for
// Windows-1252, and whoever reads the hint sees from the cell whether it is right.
type suggestion struct{ charset }

// encodingHint says what a cell that is not UTF-8 would be in the encoding that the file seems to have.
func (p *pass) encodingHint(cell string) string {
	s := p.source
	if s.suggested == nil {
		s.suggested = &suggestion{p.guess()}
	}
	if s.suggested.decoder == nil {
		return convertHint
	}
	read, ok := s.suggested.read(cell)
	if !ok {
		return fmt.Sprintf("the file may be %s: csv: {encoding: %s}; else %s", s.suggested.name, s.suggested.name, convertHint)
	}
	return fmt.Sprintf("read as %s it is %q: if that is right set csv: {encoding: %s}, else try another encoding or %s",
		s.suggested.name, read, s.suggested.name, convertHint)
}

// guess is the encoding that the first bytes of the file seem to be in, or the current record where those are ASCII; the zero
// charset where nothing fits.
func (p *pass) guess() charset {
	if p.text.lineEnd == '\r' {
		c, _ := charsetOf("macintosh") // nothing else ends lines like this
		return c
	}
	sample := p.original
	if len(sample) == 0 {
		sample = p.text.raw()
	}
	results, err := chardet.NewTextDetector().DetectAll(sample)
	if err != nil {
		return charset{}
	}
	slices.SortFunc(results, byConfidence)
	for _, r := range results {
		c, ok := charsetOf(strings.ToLower(r.Charset))
		if !ok || strings.HasPrefix(c.name, "utf-") {
			continue
		}
		if _, fits := (suggestion{c}).read(string(p.text.raw())); fits {
			return c
		}
	}
	return charset{}
}

// byConfidence puts the likeliest first. Equals come in no order, as they are found in parallel; a hint must not change from run to run.
func byConfidence(a, b chardet.Result) int {
	return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(rare(a), rare(b)), cmp.Compare(a.Charset, b.Charset))
}

// rare is 0 for the encoding that most files have that are not UTF-8.
func rare(r chardet.Result) int {
	if r.Charset == "ISO-8859-1" || r.Charset == "windows-1252" {
		return 0
	}
	return 1
}

// read decodes the start of a cell; false says that the encoding does not have some of it.
func (s suggestion) read(cell string) (string, bool) {
	text, _, err := transform.String(s.decoder, cell)
	if err != nil || !utf8.ValidString(text) {
		return "", false
	}
	if utf8.RuneCountInString(text) > shownCell {
		text = string([]rune(text)[:shownCell]) + "…"
	}
	return text, true
}
