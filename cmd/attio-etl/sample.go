package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"attio-etl/importer"
)

// maxSample is the most rows of a step that are shown one by one.
const maxSample = 1000

// onlySampleError says that a run ended after its sample. It is interrupted, and can be resumed.
type onlySampleError struct{}

func (onlySampleError) Error() string { return "only the sample was written" }

func (onlySampleError) Unwrap() error { return importer.ErrInterrupted }

// sampledRow is one row of a sample, for either view.
type sampledRow struct {
	step importer.Step
	row  importer.Sampled
}

// sample writes the sample that was asked for, shows it, and asks whether to go on; nil and true where none was asked for.
func (e *execution) sample(intake, work context.Context, steps importer.Steps, checked []*importer.Checked) (results []importer.Result, goOn bool) {
	if e.o.sample == 0 {
		return nil, true
	}
	results, err := steps.Sample(intake, work, checked, e.o.sample, func(step int, row importer.Sampled) {
		e.view.Sampled(sampledRow{step: steps[step], row: row})
	})
	left := int64(0)
	for _, r := range results {
		left += r.Summary.NotReached
	}
	if err == nil && (left == 0 || e.o.yes || e.confirm(intake, fmt.Sprintf("Go on with the other %s?", count(left, "row")))) {
		return results, true
	}
	for i := range results {
		switch {
		case results[i].Err != nil:
		case err != nil:
			results[i].Err = importer.ErrInterrupted
		default:
			results[i].Err = onlySampleError{}
		}
	}
	return results, false
}

// confirm asks who sits at the terminal. Nobody there, an interrupt and anything but yes is no.
func (a *app) confirm(ctx context.Context, question string) bool {
	if !a.asks {
		return false
	}
	_, _ = fmt.Fprintf(a.stderr, "%s [y/N] ", question) // who cannot read it does not say yes
	answers := make(chan string, 1)                     // one value, so that the goroutine ends even when nobody waits for the answer
	go func() {
		line, _ := bufio.NewReader(a.stdin).ReadString('\n') // what was read before an error is no yes
		answers <- line
	}()
	select {
	case line := <-answers:
		answer := strings.ToLower(strings.TrimSpace(line))
		return answer == "y" || answer == "yes"
	case <-ctx.Done():
		return false
	}
}
