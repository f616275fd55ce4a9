package report

// outcome is one way in which rows end.
type outcome struct {
	Word string
	Of   func(Counts) int64
}

// Class is the name of its colour.
func (o outcome) Class() string {
	if o.Word == "not reached" {
		return "open"
	}
	return o.Word
}

// outcomes are all ways, in the order in which they are shown.
func outcomes() []outcome {
	return []outcome{
		{"created", func(c Counts) int64 { return c.Created }},
		{"updated", func(c Counts) int64 { return c.Updated }},
		{"upserted", func(c Counts) int64 { return c.Upserted }},
		{"deleted", func(c Counts) int64 { return c.Deleted }},
		{"unchanged", func(c Counts) int64 { return c.Unchanged }},
		{"rejected", func(c Counts) int64 { return c.Rejected }},
		{"not reached", func(c Counts) int64 { return c.NotReached }},
	}
}

// The chart of outcomes, in units of its view box.
const (
	outcomesWidth = 960
	barHeight     = 26
	barTop        = 24 // of the text above the bar
	barPitch      = 66
)

// outcomeChart is one bar for each step, as long as its rows are many.
type outcomeChart struct {
	Width, Height int
	Bars          []outcomeBar
	Legend        []outcome // those that occur
}

type outcomeBar struct {
	Name       string
	Rows       int64
	TextY      int
	Y, Height  int
	Segments   []segment
	Title      string // the whole bar in words
	TotalWidth float64
}

type segment struct {
	X, Width float64
	Class    string
	Label    string // "created 12"; shown in the segment where it fits
	Fits     bool
	LabelX   float64
	LabelY   int
}

func chartOutcomes(steps []Step) outcomeChart {
	most, total := int64(1), Counts{}
	for _, s := range steps {
		most, total = max(most, s.Read), total.add(s.Counts)
	}
	c := outcomeChart{Width: outcomesWidth, Height: barPitch*len(steps) - (barPitch - barTop - barHeight) + 4}
	for _, o := range outcomes() {
		if o.Of(total) > 0 {
			c.Legend = append(c.Legend, o)
		}
	}
	for i, s := range steps {
		bar := outcomeBar{
			Name: s.Name(), Rows: s.Read, TextY: i*barPitch + 15, Y: i*barPitch + barTop, Height: barHeight, Title: s.Name() + ": " + number(s.Read) + " rows",
			TotalWidth: outcomesWidth * float64(s.Read) / float64(most),
		}
		x := 0.0
		for _, o := range outcomes() {
			n := o.Of(s.Counts)
			if n == 0 {
				continue
			}
			width := outcomesWidth * float64(n) / float64(most)
			label := number(n) + " " + o.Word
			bar.Segments = append(bar.Segments, segment{
				X: x, Width: max(width, 2), Class: o.Class(), Label: label, Fits: width > float64(9*len(label)), LabelX: x + 8, LabelY: bar.Y + 18,
			})
			bar.Title += ", " + label
			x += width
		}
		c.Bars = append(c.Bars, bar)
	}
	return c
}
