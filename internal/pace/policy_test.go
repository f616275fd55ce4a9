package pace

import (
	"errors"
	"testing"
	"time"
)

func TestDecide(t *testing.T) {
	lost := errors.New("connection reset")
	once, again := Call{}, Call{Repeatable: true}
	first := tries{attempts: 1, faults: 1, conflicts: 1, throttles: 1}
	for _, tt := range []struct {
		name string
		o    outcome
		call Call
		n    tries
		draw float64
		want decision
	}{
		{"success", outcome{status: 200, sent: true}, once, first, 0.5, decision{action: accept}},
		{"redirect", outcome{status: 302, sent: true}, again, first, 0.5, decision{action: accept}},

		{"400", outcome{status: 400, sent: true}, again, first, 0.5, decision{action: accept}},
		{"401", outcome{status: 401, sent: true}, again, first, 0.5, decision{action: accept}},
		{"404", outcome{status: 404, code: "not_found", sent: true}, again, first, 0.5, decision{action: accept}},
		{"409 of another kind", outcome{status: 409, code: "slug_conflict", sent: true}, again, first, 0.5, decision{action: accept}},
		{"422", outcome{status: 422, sent: true}, again, first, 0.5, decision{action: accept}},
		{"501", outcome{status: 501, sent: true}, again, first, 0.5, decision{action: accept}},

		{"429 without Retry-After, not repeatable", outcome{status: 429, sent: true}, once, first, 0, decision{action: freeze, after: time.Second}},
		{"429 extra", outcome{status: 429, sent: true}, once, first, 0.5, decision{action: freeze, after: 1050 * time.Millisecond}},
		{"429 asks for too little", outcome{status: 429, asked: time.Millisecond}, once, first, 0, decision{action: freeze, after: time.Second}},
		{"429 asks for 7 s", outcome{status: 429, asked: 7 * time.Second}, once, first, 0, decision{action: freeze, after: 7 * time.Second}},
		{"429 asks for ten minutes", outcome{status: 429, asked: 10 * time.Minute}, once, first, 0, decision{action: freeze, after: 10 * time.Minute}},
		{"429 asks for more", outcome{status: 429, asked: 10*time.Minute + 1}, again, first, 0, decision{action: accept}},
		{"429 cut short", outcome{status: 429, err: lost, sent: true}, once, first, 0, decision{action: freeze, after: time.Second}},
		{"429 does not count as a fault", outcome{status: 429}, once, tries{faults: 8, throttles: 99}, 0, decision{action: freeze, after: time.Second}},
		{"429 too often", outcome{status: 429}, again, tries{throttles: 100}, 0, decision{action: accept}},
		{"429 for too long", outcome{status: 429}, again, tries{throttles: 9, frozen: 30 * time.Minute}, 0, decision{action: accept}},

		{"500", outcome{status: 500, sent: true}, again, first, 0.5, decision{action: repeat, after: 250 * time.Millisecond}},
		{"500, not repeatable", outcome{status: 500, sent: true}, once, first, 0.5, decision{action: accept, reason: ReasonNotRepeatable}},
		{"408", outcome{status: 408, sent: true}, again, first, 0.5, decision{action: repeat, after: 250 * time.Millisecond}},
		{"425", outcome{status: 425, sent: true}, again, first, 0.5, decision{action: repeat, after: 250 * time.Millisecond}},
		{"502", outcome{status: 502, sent: true}, again, tries{faults: 2}, 0.5, decision{action: repeat, after: 500 * time.Millisecond}},
		{"503", outcome{status: 503, sent: true}, again, tries{faults: 3}, 0.5, decision{action: repeat, after: time.Second}},
		{"504", outcome{status: 504, sent: true}, again, tries{faults: 7}, 0.5, decision{action: repeat, after: 15 * time.Second}},
		{"520 of the edge", outcome{status: 520, sent: true}, again, first, 0, decision{action: repeat}},
		{"503 asks for 9 s", outcome{status: 503, sent: true, asked: 9 * time.Second}, again, first, 0.5, decision{action: repeat, after: 9 * time.Second}},
		{"503 asks for an hour", outcome{status: 503, sent: true, asked: time.Hour}, again, first, 0.5, decision{action: accept}},
		{"the last 500", outcome{status: 500, sent: true}, again, tries{faults: 8}, 0.5, decision{action: accept}},

		{"lost", outcome{err: lost, sent: true}, again, first, 0.5, decision{action: repeat, after: 250 * time.Millisecond}},
		{"lost, not repeatable", outcome{err: lost, sent: true}, once, first, 0.5, decision{action: giveUp, reason: ReasonNotRepeatable}},
		{"never sent, not repeatable", outcome{err: lost}, once, first, 0.5, decision{action: repeat, after: 250 * time.Millisecond}},
		{"never sent, too often", outcome{err: lost}, once, tries{faults: 8}, 0.5, decision{action: giveUp, reason: ReasonExhausted}},
		{"lost too often", outcome{err: lost, sent: true}, again, tries{faults: 8}, 0.5, decision{action: giveUp, reason: ReasonExhausted}},
		{"hopeless", outcome{err: lost, hopeless: true}, again, first, 0.5, decision{action: giveUp, reason: ReasonHopeless}},

		{"conflict", outcome{status: 409, code: "concurrent_write_conflict", sent: true}, once, first, 0, decision{action: repeat, after: 500 * time.Millisecond}},
		{"second conflict", outcome{status: 409, code: "concurrent_write_conflict", sent: true}, once, tries{conflicts: 2}, 1, decision{action: repeat, after: 1250 * time.Millisecond}},
		{"fourth conflict", outcome{status: 409, code: "concurrent_write_conflict"}, once, tries{conflicts: 4}, 0, decision{action: repeat, after: 4 * time.Second}},
		{"fifth conflict", outcome{status: 409, code: "concurrent_write_conflict"}, again, tries{conflicts: 5}, 0, decision{action: accept}},
		{"conflict with a strange status", outcome{status: 400, code: "concurrent_write_conflict"}, again, first, 0, decision{action: accept}},
		{"merge, 400", outcome{status: 400, code: "merge_in_progress"}, once, first, 0, decision{action: repeat, after: 500 * time.Millisecond}},
		{"merge, 404", outcome{status: 404, code: "merge_in_progress"}, once, first, 0, decision{action: repeat, after: 500 * time.Millisecond}},
		{"merge, 409", outcome{status: 409, code: "merge_in_progress"}, once, first, 0, decision{action: repeat, after: 500 * time.Millisecond}},
		{"merge, 403", outcome{status: 403, code: "merge_in_progress"}, once, first, 0, decision{action: accept}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (policy{maxAttempts: 8}).decide(tt.o, tt.call, tt.n, tt.draw); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
