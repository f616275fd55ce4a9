package pace

import (
	"net/http"
	"testing"
	"time"
)

func TestReadHints(t *testing.T) {
	// The client's clock is an hour slow: only the reply's own Date may matter.
	const date = "Tue, 06 Oct 2026 10:00:00 GMT"
	server := time.Date(2026, 10, 6, 10, 0, 0, 0, time.UTC)
	client := server.Add(-time.Hour)
	for _, tt := range []struct {
		name string
		h    map[string]string
		want hints
	}{
		{"nothing", map[string]string{}, hints{}},
		{"a date", map[string]string{"Date": date, "Retry-After": "Tue, 06 Oct 2026 10:00:03 GMT"}, hints{retryAfter: 3 * time.Second}},
		{"a date of the older forms", map[string]string{"Date": date, "Retry-After": "Tuesday, 06-Oct-26 10:00:03 GMT"}, hints{retryAfter: 3 * time.Second}},
		{"a date without Date", map[string]string{"Retry-After": "Tue, 06 Oct 2026 09:00:03 GMT"}, hints{retryAfter: 3 * time.Second}},
		{"a date with a broken Date", map[string]string{"Date": "today", "Retry-After": "Tue, 06 Oct 2026 09:00:03 GMT"}, hints{retryAfter: 3 * time.Second}},
		{"a past date", map[string]string{"Date": date, "Retry-After": "Tue, 06 Oct 2026 09:59:59 GMT"}, hints{}},
		{"seconds", map[string]string{"Date": date, "Retry-After": " 12 "}, hints{retryAfter: 12 * time.Second}},
		{"fractions", map[string]string{"Retry-After": "1.5"}, hints{retryAfter: 1500 * time.Millisecond}},
		{"negative", map[string]string{"Retry-After": "-5"}, hints{}},
		{"words", map[string]string{"Retry-After": "soon"}, hints{}},
		{"not a number", map[string]string{"Retry-After": "NaN"}, hints{}},
		{"for ever", map[string]string{"Retry-After": "+Inf"}, hints{retryAfter: longest}},
		{"nearly for ever", map[string]string{"Retry-After": "999999999"}, hints{retryAfter: longest}},
		{
			"spent, Unix time",
			map[string]string{"Date": date, "X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1791280805"},
			hints{spent: true, limit: 10, reset: 5 * time.Second},
		},
		{
			"spent, Unix time in milliseconds",
			map[string]string{"Date": date, "X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1791280800250"},
			hints{spent: true, limit: 600, reset: 250 * time.Millisecond},
		},
		{
			"spent, seconds",
			map[string]string{"Date": date, "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"},
			hints{spent: true, reset: 30 * time.Second},
		},
		{"not spent", map[string]string{"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "7"}, hints{limit: 10}},
		{"nonsense", map[string]string{"X-RateLimit-Limit": "-3", "X-RateLimit-Remaining": "", "X-RateLimit-Reset": "x"}, hints{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{}
			for key, value := range tt.h {
				h.Set(key, value)
			}
			got := readHints(h, client)
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func FuzzReadHints(f *testing.F) {
	f.Add("Tue, 06 Oct 2026 10:00:00 GMT", "Tue, 06 Oct 2026 10:00:03 GMT", "10", "0", "1791280805")
	f.Add("", "12", "", "", "")
	f.Fuzz(func(t *testing.T, date, retryAfter, limit, remaining, reset string) {
		h := http.Header{
			"Date":                  {date},
			"Retry-After":           {retryAfter},
			"X-Ratelimit-Limit":     {limit},
			"X-Ratelimit-Remaining": {remaining},
			"X-Ratelimit-Reset":     {reset},
		}
		got := readHints(h, time.Date(2026, 10, 6, 10, 0, 0, 0, time.UTC))
		for _, d := range []time.Duration{got.retryAfter, got.reset} {
			if d < 0 || d > longest {
				t.Errorf("a wait of %v", d)
			}
		}
		if got.limit < 0 {
			t.Errorf("a limit of %d", got.limit)
		}
	})
}
