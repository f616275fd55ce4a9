package valueconv

import (
	"math"
	"strconv"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// ratingConversion reads a whole number from 0 to 5, alone or as so many "of 5", or as stars. Half a star is not rounded, and a share
// of any other number is not converted.
var ratingConversion = conversion{
	doc: typeDoc{
		reads:  "a whole number from 0 to 5: `4`, `4.0`, `4/5`, `★★★★`, `★★★★☆`",
		writes: "a whole number",
		codes:  []string{"bad-rating"},
	},
	uses:      usesDecimal,
	cells:     cellKinds{takes: ofTexts | ofNumbers, noun: "a rating", code: "bad-rating", want: wantRating},
	parse:     parseRating,
	format:    plainFormat(func(v crm.Value) tabular.Cell { return tabular.IntCell(int64(ratingOf(v))) }),
	canonical: func(v crm.Value) string { return strconv.Itoa(int(ratingOf(v))) },
}

const (
	maxRating  = 5
	wantRating = "a whole number from 0 to 5"
)

func ratingOf(v crm.Value) crm.Rating {
	r, _ := v.(crm.Rating)
	return r
}

func parseRating(_ crm.Attribute, o Options) (parseOne, *diag.Finding) {
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		text, mark := numeral(cell, decimalMark(o))
		switch {
		case text == "":
			return nil, nil
		case len(text) == 1 && text[0] >= '0' && text[0] <= '0'+maxRating: // as nearly all are
			return crm.Rating(text[0] - '0'), nil
		}
		if stars, ok := countStars(text); ok {
			return crm.Rating(stars), nil
		}
		share, of5 := strings.CutSuffix(strings.ReplaceAll(text, " ", ""), "/5")
		if of5 {
			text = share
		}
		plain, ok := plainNumber(text, mark)
		r, err := strconv.ParseFloat(plain, 64)
		if !ok || err != nil {
			return nil, badRating("the cell is not a rating", cell, mark)
		}
		switch {
		case r < 0 || r > maxRating:
			return nil, badRating("the rating is out of range", cell, mark)
		case r != math.Trunc(r) || !survivesFloat(plain, r):
			return nil, badRating("the rating is not a whole number", cell, mark)
		}
		return crm.Rating(r), nil
	}, nil
}

func badRating(problem string, cell tabular.Cell, mark byte) *diag.Finding {
	text := strings.TrimSpace(cell.Text())
	hint := numberHint(text, mark)
	if strings.Contains(text, "/") {
		hint = "ratings of Attio have five stars: convert it in the file"
	}
	return refuse("bad-rating", problem, text, wantRating, hint)
}

// countStars counts the full stars before the hollow ones. Stars of both kinds are five in all, or it is open what they are a share of.
func countStars(text string) (full int, ok bool) {
	text = strings.ReplaceAll(text, "\ufe0f", "") // asks for a coloured picture
	rest := strings.TrimLeft(text, "★⭐")
	full = len([]rune(text)) - len([]rune(rest))
	hollow := strings.TrimLeft(rest, "☆")
	all := len([]rune(text))
	if hollow != "" || all > maxRating || (rest != "" && all != maxRating) {
		return 0, false
	}
	return full, true
}
