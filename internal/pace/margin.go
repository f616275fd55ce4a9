package pace

import "time"

// The adaptive margin: by how much the spacing exceeds what the limit asks for. What it is worth stands in the package comment.
const (
	minMargin   = 0.01
	maxMargin   = 0.35
	marginGrow  = 1.3
	marginStep  = 0.01
	marginDecay = 0.98 // of the margin stays after each quiet minute
	marginQuiet = time.Minute
	marginRest  = 2 * time.Second // one collision is answered by several 429: it raises the margin once
)

// margin grows with every 429 and shrinks slowly without them.
type margin struct {
	value   float64
	raised  time.Time
	changed time.Time
}

// at is the margin of a moment; moments must not run backwards.
func (m *margin) at(now time.Time) float64 {
	if m.value < minMargin {
		m.value, m.changed = minMargin, now
	}
	for m.value > minMargin && now.Sub(m.changed) >= marginQuiet {
		m.value = max(minMargin, m.value*marginDecay)
		m.changed = m.changed.Add(marginQuiet)
	}
	return m.value
}

// raise answers a 429.
func (m *margin) raise(now time.Time) {
	value := m.at(now)
	if !m.raised.IsZero() && now.Sub(m.raised) < marginRest {
		return
	}
	m.value = min(maxMargin, marginGrow*value+marginStep)
	m.raised, m.changed = now, now
}
