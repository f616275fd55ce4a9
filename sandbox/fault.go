package sandbox

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// FaultKind is what goes wrong.
type FaultKind string

// The kinds of faults. Without more said in Fault.Processed, only FaultDropAfter, FaultTruncate and FaultSlowBody let the request be processed.
const (
	FaultTooMany    FaultKind = "429"         // refused as by the rate limit
	FaultServer     FaultKind = "500"         // an error reply
	FaultDropBefore FaultKind = "drop_before" // connection closed, nothing done
	FaultDropAfter  FaultKind = "drop_after"  // done and committed, connection closed without a reply
	FaultHang       FaultKind = "hang"        // no reply until the client goes away or the server closes
	FaultTruncate   FaultKind = "truncate"    // done and committed, half of the reply, connection closed
	FaultSlowBody   FaultKind = "slow_body"   // done and committed, the body comes in pieces over Fault.Delay

	FaultBadGateway   FaultKind = "502" // an edge server's page, nothing done
	FaultUnavailable  FaultKind = "503" // as 502
	FaultUnauthorized FaultKind = "401" // a valid key is refused, as some authors saw under load (contract §2)
	FaultConflict     FaultKind = "concurrent_write_conflict"
	FaultMerging      FaultKind = "merge_in_progress" // 404 for GET, else 400 (contract §3)

	// FaultLimit does nothing to the requests it hits: from the first of them to the last (To) the limit is Fault.Rate.
	FaultLimit FaultKind = "limit"
)

var faultKinds = []FaultKind{
	FaultTooMany, FaultServer, FaultDropBefore, FaultDropAfter, FaultHang, FaultTruncate, FaultSlowBody, FaultBadGateway, FaultUnavailable,
	FaultUnauthorized, FaultConflict, FaultMerging, FaultLimit,
}

// Fault makes some of the requests that match Path and Method go wrong. The requests that match are numbered from 1 in order of
// arrival, those that the rate limit refused left out. Of the numbers From to To the fault hits those in Nth, the
// multiples of Every and those that a draw with Probability picks; all of them when none of the three is given.
type Fault struct {
	// Path is a glob over the path of the URL: * stands for any text, slashes too. Empty: every path.
	Path string
	// Method is a method in capitals. Empty: every method.
	Method string
	Kind   FaultKind
	Nth    []int
	Every  int
	// From and To are inclusive; 0 is no bound.
	From, To    int
	Probability float64
	// Seed makes the draws repeatable.
	Seed uint64
	// RetryAfter is the form of that header of a 429: "date" (default) or "seconds". It says one second from now.
	RetryAfter string
	// Processed lets a 500, 502, 503 or a hang process and commit the request first.
	Processed bool
	// Body replaces the body of a 500, 502 or 503; HTML sends it, or a page like that of an edge server, as text/html, which a 502 and
	// a 503 always are.
	Body string
	HTML bool
	// Delay is how long a slow_body takes.
	Delay time.Duration
	// Rate is the limit that a limit fault sets.
	Rate Rate
}

// problems lists what makes no sense, each with the key of the file that is to blame.
func (f *Fault) problems() []faultProblem {
	var out []faultProblem
	add := func(bad bool, key, format string, args ...any) {
		if bad {
			out = append(out, faultProblem{key, fmt.Sprintf(format, args...)})
		}
	}
	add(!slices.Contains(faultKinds, f.Kind), "kind", "unknown kind %q, want one of %v", f.Kind, faultKinds)
	add(f.Method != strings.ToUpper(f.Method), "method", "method %q must be in capitals", f.Method)
	add(slices.ContainsFunc(f.Nth, func(n int) bool { return n < 1 }), "nth", "numbers start at 1")
	add(f.Every < 0, "every", "must not be negative")
	add(f.From < 0, "from", "must not be negative")
	add(f.To < 0 || (f.To > 0 && f.To < f.From), "to", "must not be less than from")
	add(!(f.Probability >= 0 && f.Probability <= 1), "probability", "must be from 0 to 1")
	add(f.RetryAfter != "" && f.RetryAfter != "date" && f.RetryAfter != "seconds", "retry_after", "want date or seconds, got %q", f.RetryAfter)
	add(f.RetryAfter != "" && f.Kind != FaultTooMany, "retry_after", "is for kind 429")
	broken := slices.Contains([]FaultKind{FaultServer, FaultBadGateway, FaultUnavailable}, f.Kind)
	add(f.Processed && !broken && f.Kind != FaultHang, "processed", "is for kinds 500, 502, 503 and hang")
	add((f.Body != "" || f.HTML) && !broken, "body", "body and html are for kinds 500, 502 and 503")
	add(f.Delay < 0 || (f.Delay > 0) != (f.Kind == FaultSlowBody), "delay", "kind slow_body needs it, a duration like 5s, and no other takes it")
	add(f.Rate.check() != nil || (f.Rate != Rate{}) != (f.Kind == FaultLimit), "rate", "kind limit needs it, like 2/s,60/m, and no other takes it")
	add(f.Kind == FaultLimit && (len(f.Nth) > 0 || f.Every > 0 || f.Probability > 0), "kind", "limit knows from and to only")
	return out
}

type faultProblem struct{ key, text string }

// faults picks the fault of a request.
type faults struct {
	mu   sync.Mutex
	list []*armedFault
	rate Rate // without a limit fault
}

type armedFault struct {
	Fault
	path *regexp.Regexp
	seen int
	draw *rand.Rand
}

func newFaults(list []Fault, rate Rate) (*faults, error) {
	out := &faults{rate: rate}
	var errs []error
	for i, f := range list {
		for _, p := range f.problems() {
			errs = append(errs, fmt.Errorf("fault %d: %s: %s", i+1, p.key, p.text))
		}
		out.list = append(out.list, &armedFault{Fault: f, path: glob(f.Path), draw: rand.New(rand.NewPCG(f.Seed, uint64(i)))})
	}
	return out, errors.Join(errs...)
}

// glob compiles a path pattern.
func glob(pattern string) *regexp.Regexp {
	if pattern == "" {
		pattern = "*"
	}
	parts := strings.Split(pattern, "*")
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$")
}

// choose counts the request with every fault that it matches and returns the first that fires; rate is what the limit is from
// now on, nil when no fault has a say in it.
func (fs *faults) choose(method, path string) (chosen *Fault, rate *Rate) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range fs.list {
		if f.Kind == FaultLimit && rate == nil {
			rate = &fs.rate
		}
		if (f.Method != "" && f.Method != method) || !f.path.MatchString(path) {
			if f.Kind == FaultLimit && f.within() {
				rate = &f.Rate
			}
			continue
		}
		fired := f.fires()
		switch {
		case f.Kind == FaultLimit && fired:
			rate = &f.Rate
		case f.Kind != FaultLimit && fired && chosen == nil:
			chosen = &f.Fault
		}
	}
	return chosen, rate
}

// replace begins anew with other faults.
func (fs *faults) replace(with *faults) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.list = with.list
}

// within says whether the last request that was counted is among those from From to To.
func (f *armedFault) within() bool {
	return f.seen > 0 && f.seen >= f.From && (f.To == 0 || f.seen <= f.To)
}

func (f *armedFault) fires() bool {
	f.seen++
	drawn := f.Probability > 0 && f.draw.Float64() < f.Probability
	if !f.within() {
		return false
	}
	always := len(f.Nth) == 0 && f.Every == 0 && f.Probability == 0
	return always || drawn || slices.Contains(f.Nth, f.seen) || (f.Every > 0 && f.seen%f.Every == 0)
}

// edgePage is what stands between the client and the API when that does not answer.
const edgePage = "<!DOCTYPE html><html><head><title>%[1]d %[2]s</title></head><body><center><h1>%[1]d %[2]s</h1></center></body></html>"

// answer writes the reply of the kinds that have one.
func (f *Fault) answer(out *reply, method string, now time.Time) {
	switch f.Kind {
	case FaultTooMany:
		out.throttle(now.Add(time.Second), now, RetryAfter(f.RetryAfter))
	case FaultUnauthorized:
		out.fail(unauthorized("The API Key provided could not be found. This is most commonly caused by the token having been revoked."))
	case FaultConflict:
		out.fail(&apiError{
			Status: http.StatusConflict, Type: typeInvalidRequest, Code: string(FaultConflict),
			Message: "The record was modified by another request while this write was being validated. Please try again.",
		})
	case FaultMerging:
		e := badRequest(string(FaultMerging), "The record is being merged. Please try again later.")
		if method == http.MethodGet {
			e.Status = http.StatusNotFound
		}
		out.fail(e)
	default:
		f.breakdown(out)
	}
}

// breakdown is an error of the server or of its edge.
func (f *Fault) breakdown(out *reply) {
	status := map[FaultKind]int{FaultBadGateway: http.StatusBadGateway, FaultUnavailable: http.StatusServiceUnavailable}[f.Kind]
	html := f.HTML || status != 0
	if status == 0 {
		status = http.StatusInternalServerError
	}
	out.fail(&apiError{Status: status, Type: "api_error", Code: "internal_error", Message: "An unexpected error occurred."})
	out.status = status
	body := f.Body
	if html {
		out.header.Set("Content-Type", "text/html; charset=utf-8")
		if body == "" {
			body = fmt.Sprintf(edgePage, status, http.StatusText(status))
		}
	}
	if body != "" {
		out.body.Reset()
		out.body.WriteString(body)
	}
}
