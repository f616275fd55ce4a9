package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"

	"attio-etl/importer"
	"attio-etl/internal/exit"
	"attio-etl/internal/storage"
	"attio-etl/internal/ui"
)

// env is the process as the program sees it.
type env struct {
	args       []string
	stdin      io.Reader
	stdout     io.Writer
	stderr     io.Writer
	lookup     func(string) (string, bool) // environment variables
	terminal   bool                        // standard error is a terminal
	asks       bool                        // standard input is one: somebody may answer
	interrupts <-chan os.Signal
	letDie     func() // gives further interrupts back their own effect

	// wrap, if set, stands between the engine and what it writes to. The crash tests use it to end the process at an exact moment.
	wrap func(importer.Records, importer.Journal) (importer.Records, importer.Journal)
	// wrapUndo is the same for undoing.
	wrapUndo func(importer.Journal) importer.Journal
	// moment, if set, is told of each step of an export before it is done, for the same tests.
	moment func(name string)
}

// app is one invocation of the program.
type app struct {
	env
	global globalOptions
	view   view
	log    *slog.Logger
	files  *storage.Access

	// stopping is closed by the first interrupt: nothing new is begun. The second ends the context of the command.
	stopping chan struct{}

	begun bool // a command was found and its flags make sense
}

// run is the whole program; it returns the exit code.
func run(e env) exit.Code {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out := &output{Writer: e.stdout}
	e.stdout = out
	a := &app{env: e, log: slog.New(slog.DiscardHandler), stopping: make(chan struct{})}
	a.view = newHumanView(a)
	go a.watchInterrupts(ctx, cancel)

	root := newRoot(a)
	root.SetArgs(e.args)
	root.SetOut(a.stdout)
	root.SetErr(e.stderr)
	err := root.ExecuteContext(ctx)
	if a.files != nil {
		err = errors.Join(err, a.files.Close())
	}
	if !a.begun {
		err = usage(err)
		if err != nil && a.wantsJSON() {
			a.view = newJSONView(a)
		}
	}
	a.view.End(err)
	code := exit.CodeOf(err)
	if out.err != nil && (code == exit.OK || code == exit.Rejects) {
		a.view.End(exit.With(exit.Internal, fmt.Errorf("write to standard output: %w", out.err), ""))
		return exit.Internal
	}
	return code
}

// wantsJSON reports whether a command line that makes no sense asks for JSON: flags behind the one at fault are not read any more.
func (a *app) wantsJSON() bool {
	set, _ := a.lookup("ATTIO_ETL_JSON")
	on, _ := strconv.ParseBool(set)
	return on || a.global.json || slices.Contains(a.args, "--json")
}

// output is standard output. It remembers the first error: results that nobody got are no success.
type output struct {
	io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil && o.err == nil {
		o.err = err
	}
	return n, err
}

// watchInterrupts acts on the first two signals. It ends with the program.
func (a *app) watchInterrupts(ctx context.Context, cancel context.CancelFunc) {
	for i, act := range []func(){func() { close(a.stopping) }, cancel} {
		select {
		case <-a.interrupts:
			act()
			if last := i == 1; last && a.letDie != nil {
				a.letDie() // a third one ends the process as it is
			}
		case <-ctx.Done():
			return
		}
	}
}

// stopped reports whether an interrupt has come.
func (a *app) stopped() bool {
	select {
	case <-a.stopping:
		return true
	default:
		return false
	}
}

// intake is a context that ends with the first interrupt, or with ctx.
func (a *app) intake(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-a.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// colored reports whether standard error may be colored.
func (a *app) colored() bool {
	_, noColor := a.lookup("NO_COLOR")
	return a.animated() && !a.global.noColor && !noColor
}

// animated reports whether standard error shows a moving bar: only a terminal that is one, outside CI.
func (a *app) animated() bool {
	_, ci := a.lookup("CI")
	kind, _ := a.lookup("TERM")
	return a.terminal && !ci && kind != "dumb" && !a.global.quiet && !a.global.json
}

// progress shows how far a run is, unless the user asked for quiet.
func (a *app) progress(what string, total int64) *ui.Progress {
	w := a.stderr
	if a.global.quiet {
		w = io.Discard
	}
	return ui.NewProgress(ui.Options{Writer: w, Terminal: a.animated(), Color: a.colored(), What: what, Total: total})
}

// usage gives an error of the command line its exit code.
func usage(err error) error {
	var e *exit.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return exit.With(exit.Usage, err, "see attio-etl --help")
}
