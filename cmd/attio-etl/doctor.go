package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"attio-etl/attio"
	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/exit"
	"attio-etl/internal/ui"
	"attio-etl/jobs"
)

func newDoctor(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor [JOB]",
		Short: "Check state directory, token, scopes, limits, address and clock before a run",
		Long: `Look at everything that a run needs beside its data: the state directory, the limits in force, the token and what it opens, the address and the way
to it, and this machine's clock. With a job, its own limits and the scopes that it needs. Nothing is written to the workspace. The exit code is that of
the worst of what failed.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d := &doctor{app: a}
			return d.run(cmd.Context(), args)
		},
	}
}

// doctor looks at one thing after the other and goes on after what failed as far as that makes sense.
type doctor struct {
	*app
	job     *jobs.Job
	skew    skew
	failure error // the worst
}

func (d *doctor) run(ctx context.Context, args []string) error {
	ctx, cancel := d.intake(ctx)
	defer cancel()
	d.checkState(ctx)
	if len(args) == 1 {
		d.checkJob(args[0])
	}
	d.checkLimits()
	if d.checkToken() {
		d.checkConnection(ctx)
	}
	if d.stopped() {
		return exit.With(exit.Interrupted, errors.New("interrupted"), "")
	}
	return d.failure
}

// The results of a check.
const (
	resultOK      = "ok"
	resultWarning = "warning"
	resultFailed  = "failed"
)

func (d *doctor) tell(check, result, text, hint string) {
	d.view.Checkup(checkRecord{Type: "check", Check: check, Result: result, Text: text, Hint: hint})
}

// fail tells of what failed, with the exit code and the hint that its error carries.
func (d *doctor) fail(check string, err error) {
	hint := ""
	if e, ok := errors.AsType[*exit.Error](err); ok {
		hint = e.Hint
	}
	d.tell(check, resultFailed, err.Error(), hint)
	failure := exit.Silent(exit.CodeOf(err))
	order := []exit.Code{exit.Internal, exit.Conflict, exit.Auth, exit.Unavailable, exit.Usage}
	if d.failure == nil || slices.Index(order, exit.CodeOf(failure)) < slices.Index(order, exit.CodeOf(d.failure)) {
		d.failure = failure
	}
}

// checkState opens the state directory; one that is not there yet has to be possible.
func (d *doctor) checkState(ctx context.Context) {
	path, err := filepath.Abs(d.global.state)
	if err != nil {
		d.fail("state", exit.With(exit.Conflict, err, ""))
		return
	}
	if _, err := os.Stat(filepath.Join(path, "state.db")); errors.Is(err, os.ErrNotExist) {
		d.checkPlace(path)
		return
	}
	store, err := checkpoint.Open(ctx, path)
	if err == nil {
		err = store.Close()
	}
	if err == nil {
		err = writable(path)
	}
	if err != nil {
		d.fail("state", exit.With(exit.Conflict, err, "another state directory: --state DIR"))
		return
	}
	d.tell("state", resultOK, path+" opens and can be written", "")
}

// checkPlace looks whether a directory could be made: the nearest one above it that exists must take files.
func (d *doctor) checkPlace(path string) {
	dir := path
	for {
		if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	if err := writable(dir); err != nil {
		d.fail("state", exit.With(exit.Conflict, fmt.Errorf("%s cannot be made: %w", path, err), "another state directory: --state DIR"))
		return
	}
	d.tell("state", resultOK, path+" does not exist yet and will be made", "")
}

// writable puts a file into a directory and takes it away.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".attio-etl-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func (d *doctor) checkJob(path string) {
	job, findings := jobs.Load(path, d.lookup)
	if len(findings) > 0 {
		d.fail("job", exit.With(exit.Usage, fmt.Errorf("%s has %s, first: %s", path, count(int64(len(findings)), "mistake"), findings[0].String()),
			"attio-etl validate "+shellWord(path)+" shows them all"))
		return
	}
	d.job = job
	d.tell("job", resultOK, fmt.Sprintf("%s is read: job %s, %s", path, job.Name, count(int64(len(job.Steps)), "step")), "")
}

// Attio's published limits (contract §2).
const (
	publishedReads  = 100
	publishedWrites = 25
)

func (d *doctor) checkLimits() {
	var own jobs.Limits
	if d.job != nil {
		own = d.job.Limits
	}
	limits, err := d.limits(own)
	if err != nil {
		d.fail("limits", err)
		return
	}
	rate := limits.PerSecond
	if limits.PerMinute > 0 && (rate == 0 || limits.PerMinute/60 < rate) {
		rate = limits.PerMinute / 60
	}
	if limits.WritesPerSecond > 0 {
		rate = min(rate, limits.WritesPerSecond)
	}
	const rows = 100_000
	text := fmt.Sprintf("%.4g writes a second: %d rows take about %s; Attio publishes %d writes and %d reads a second",
		rate, rows, ui.Duration(time.Duration(rows/rate*float64(time.Second))), publishedWrites, publishedReads)
	switch {
	case d.global.sandbox == "" && rate > publishedWrites:
		d.tell("limits", resultWarning, text, "more than Attio allows only draws refusals: --rate 25/s,1500/m")
	case rate < publishedWrites && d.global.sandbox == "":
		d.tell("limits", resultOK, text, "faster, where nothing else uses the workspace's limit: --rate 25/s,1500/m")
	default:
		d.tell("limits", resultOK, text, "")
	}
}

// checkToken reports whether there is a token to go on with.
func (d *doctor) checkToken() bool {
	if d.global.sandbox != "" {
		d.tell("token", resultOK, "none is needed for the embedded sandbox", "")
		return true
	}
	_, from, err := d.findToken()
	if err != nil {
		d.fail("token", err)
		return false
	}
	d.tell("token", resultOK, "from "+from, "")
	return true
}

// checkConnection asks the API what the token opens.
func (d *doctor) checkConnection(ctx context.Context) {
	var own jobs.Limits
	if d.job != nil {
		own = d.job.Limits
	}
	conn, err := d.dial(ctx, own, func(base http.RoundTripper) http.RoundTripper {
		d.skew.base = base
		return &d.skew
	})
	if err != nil {
		d.fail("address", err)
		return
	}
	identity, err := conn.client.Self(ctx)
	if err == nil {
		d.tellAddress(ctx, conn, identity)
		d.checkScopes(identity)
		d.checkClock()
	} else if !d.stopped() {
		d.fail(failedCheck(err), d.remoteError(fmt.Errorf("connect to %s%s: %w", conn.name, d.by(conn.name), err)))
	}
	if err := conn.close(); err != nil {
		d.fail("address", exit.With(exit.Conflict, err, ""))
	}
}

// failedCheck is what a failed look at the token is about: the token itself where the API answered so, else the way to it.
func failedCheck(err error) string {
	if fault, ok := errors.AsType[*attio.Error](err); ok && fault.FaultClass() == crm.FaultAuth {
		return "token"
	}
	return "address"
}

func (d *doctor) tellAddress(ctx context.Context, conn *connection, identity attio.Identity) {
	spoken, err := conn.client.Contract(ctx)
	if err != nil {
		d.fail("address", d.remoteError(err))
		return
	}
	d.tell("address", resultOK, fmt.Sprintf("%s%s answers, contract %s; the token opens workspace %s", conn.name, d.by(conn.name), spoken, identity.Name), "")
}

// by names the proxy on the way to an address, without its credentials.
func (d *doctor) by(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	proxy, err := d.proxy()(&http.Request{URL: u})
	if err != nil || proxy == nil {
		return ""
	}
	return " by way of " + proxy.Redacted()
}

// checkScopes compares what the token may do with what the job does.
func (d *doctor) checkScopes(identity attio.Identity) {
	if identity.ScopesUnknown {
		d.tell("scopes", resultWarning, "the server does not tell what the token may do", "an import shows it at its first refusal")
		return
	}
	needed := slices.Clone(neededScopes)
	if d.job != nil && d.job.Export != nil {
		needed = exportScopes(d.job.Export.From)
	}
	if d.job != nil && createsOptions(d.job) {
		needed[0] = "object_configuration:read-write" // which includes reading
	}
	if d.job != nil {
		needed = append(needed, targetScopes(d.job)...)
	}
	if missing := identity.Missing(needed...); len(missing) > 0 {
		d.fail("scopes", exit.With(exit.Auth, fmt.Errorf("the token lacks %s", strings.Join(missing, " and ")), "add them in Attio: Workspace settings, Developers"))
		return
	}
	if len(identity.Missing("user_management:read")) > 0 {
		d.tell("scopes", resultWarning, "the token lacks user_management:read", "without it owners and other members cannot be told by name or address")
		return
	}
	d.tell("scopes", resultOK, "the token has all of "+strings.Join(needed, ", "), "")
}

// createsOptions reports whether a job may create options, which changes the workspace's settings.
func createsOptions(job *jobs.Job) bool {
	return slices.ContainsFunc(job.Steps, func(s jobs.Step) bool {
		return s.Import != nil && slices.ContainsFunc(s.Import.Columns, func(c jobs.Column) bool { return c.UnknownOption.Value == jobs.UnknownOptionCreate })
	})
}

// maxSkew is how far clocks may be apart before times that one side reads off its own are wrong enough to matter.
const maxSkew = 5 * time.Second

func (d *doctor) checkClock() {
	apart, known := d.skew.get()
	switch {
	case !known:
		d.tell("clock", resultWarning, "the server does not say what time it is", "")
	case apart.Abs() > maxSkew:
		d.tell("clock", resultWarning, fmt.Sprintf("this machine's clock is %s off the server's", apart.Abs().Round(time.Second)), "set it: run times and names of files go by it")
	default:
		d.tell("clock", resultOK, "this machine's clock agrees with the server's", "")
	}
}

// skew watches replies for how far the clocks are apart.
type skew struct {
	base  http.RoundTripper
	mu    sync.Mutex
	apart time.Duration
	known bool
}

// RoundTrip implements http.RoundTripper.
func (s *skew) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.base.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	if there, bad := http.ParseTime(resp.Header.Get("Date")); bad == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.apart, s.known = time.Until(there), true
	}
	return resp, nil
}

func (s *skew) get() (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.apart, s.known
}
