package pace

import "time"

// The adaptive margin: by how much the spacing exceeds what the limit asks for. What it is worth stands in the package comment.
const (
	minMargin   = 0.01
	maxMargin   = 0.35 // that jitter asks for
	marginGrow  = 1.3
	marginStep  = 0.01
	marginDecay = 0.98 // of the margin stays after each quiet minute
	marginQuiet = time.Minute
	marginRest  = 2 * time.Second // one collision is answered by several 429: it raises the margin once
)

// A 429 that maxMargin does not prevent tells of a limit lower than ours: Attio lowers its limits during incidents (contract §2). Then the
// margin goes on growing, and goes back in larger steps, as a limit that is raised again should not cost hours. Around a limit of
// half of ours, the steps keep the margin between 0.9 and 1.3: that uses about nine tenths of what is allowed, with a 429 a minute.
const (
	maxLowered   = 50.0 // a request every five seconds where ten a second are configured
	loweredDecay = 0.9
	loweredQuiet = 15 * time.Second
)

// margin grows with every 429 and shrinks slowly without them.
type margin struct {
	value   float64
	settled float64 // what the margin was before a lower limit was met
	lowered bool    // a lower limit was met, and the way back from it is not over
	raised  time.Time
	changed time.Time
}

// at is the margin of a moment; moments must not run backwards.
func (m *margin) at(now time.Time) float64 {
	if m.value < minMargin {
		m.value, m.changed = minMargin, now
	}
	for m.lowered && now.Sub(m.changed) >= loweredQuiet {
		m.value *= loweredDecay
		m.changed = m.changed.Add(loweredQuiet)
		if m.value <= max(m.settled, minMargin) {
			m.value, m.lowered = max(m.settled, minMargin), false
		}
	}
	for !m.lowered && m.value > minMargin && now.Sub(m.changed) >= marginQuiet {
		m.value = max(minMargin, m.value*marginDecay)
		m.changed = m.changed.Add(marginQuiet)
		m.settled = m.value
	}
	return m.value
}

// raise answers a 429.
func (m *margin) raise(now time.Time) {
	value := m.at(now)
	if !m.raised.IsZero() && now.Sub(m.raised) < marginRest {
		return
	}
	m.lowered = m.lowered || value >= maxMargin
	most := maxMargin
	if m.lowered {
		most = maxLowered
	}
	m.value = min(most, marginGrow*value+marginStep)
	m.raised, m.changed = now, now
}
