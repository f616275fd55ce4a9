package sandbox

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FaultKind is what goes wrong.
type FaultKind string

// The kinds of faults. Without more said in Fault.Processed, only FaultDropAfter and FaultTruncate let the request be processed.
const (
	FaultTooMany    FaultKind = "429"         // refused as by the rate limit
	FaultServer     FaultKind = "500"         // an error reply
	FaultDropBefore FaultKind = "drop_before" // connection closed, nothing done
	FaultDropAfter  FaultKind = "drop_after"  // done and committed, connection closed without a reply
	FaultHang       FaultKind = "hang"        // no reply until the client goes away or the server closes
	FaultTruncate   FaultKind = "truncate"    // done and committed, half of the reply, connection closed
)

var faultKinds = []FaultKind{FaultTooMany, FaultServer, FaultDropBefore, FaultDropAfter, FaultHang, FaultTruncate}

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
	// Processed lets a 500 or a hang process and commit the request first.
	Processed bool
	// Body replaces the body of a 500; HTML sends it, or a page like that of an edge server, as text/html.
	Body string
	HTML bool
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
	add(f.Processed && f.Kind != FaultServer && f.Kind != FaultHang, "processed", "is for kinds 500 and hang")
	add((f.Body != "" || f.HTML) && f.Kind != FaultServer, "body", "body and html are for kind 500")
	return out
}

type faultProblem struct{ key, text string }

// faults picks the fault of a request.
type faults struct {
	mu   sync.Mutex
	list []*armedFault
}

type armedFault struct {
	Fault
	path *regexp.Regexp
	seen int
	draw *rand.Rand
}

func newFaults(list []Fault) (*faults, error) {
	out := &faults{}
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

// choose counts the request with every fault that it matches and returns the first that fires.
func (fs *faults) choose(method, path string) *Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	var chosen *Fault
	for _, f := range fs.list {
		if (f.Method == "" || f.Method == method) && f.path.MatchString(path) && f.fires() && chosen == nil {
			chosen = &f.Fault
		}
	}
	return chosen
}

func (f *armedFault) fires() bool {
	f.seen++
	drawn := f.Probability > 0 && f.draw.Float64() < f.Probability
	if f.seen < f.From || (f.To > 0 && f.seen > f.To) {
		return false
	}
	always := len(f.Nth) == 0 && f.Every == 0 && f.Probability == 0
	return always || drawn || slices.Contains(f.Nth, f.seen) || (f.Every > 0 && f.seen%f.Every == 0)
}

const edgePage = "<!DOCTYPE html><html><head><title>500 Internal Server Error</title></head><body><center><h1>500 Internal Server Error</h1></center></body></html>"

// reply is the answer of the kinds that have one.
func (f *Fault) reply(now time.Time) *reply {
	if f.Kind == FaultTooMany {
		out := throttled(now.Add(time.Second))
		if f.RetryAfter == "seconds" {
			out.header.Set("Retry-After", strconv.Itoa(1))
		}
		return out
	}
	out := newReply()
	out.fail(&apiError{Status: http.StatusInternalServerError, Type: "api_error", Code: "internal_error", Message: "An unexpected error occurred."})
	body := f.Body
	if f.HTML {
		out.header.Set("Content-Type", "text/html; charset=utf-8")
		if body == "" {
			body = edgePage
		}
	}
	if body != "" {
		out.body.Reset()
		out.body.WriteString(body)
	}
	return out
}
