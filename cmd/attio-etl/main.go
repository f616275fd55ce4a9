// Command attio-etl moves data in bulk into the Attio CRM: job files map columns to attributes, every row is accounted for, and a
// run that was interrupted in any way goes on where it stopped.
package main

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// main is the one place that touches the process; everything else takes it from env.
func main() {
	interrupts := make(chan os.Signal, 2) // a second interrupt must not be lost while the first is being handled
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	// A reader that goes away must not end a run: writing fails instead, and the run is finished and accounted for.
	signal.Ignore(syscall.SIGPIPE)
	os.Exit(int(run(env{
		args:       os.Args[1:],
		stdin:      os.Stdin,
		stdout:     os.Stdout,
		stderr:     os.Stderr,
		lookup:     os.LookupEnv,
		terminal:   term.IsTerminal(int(os.Stderr.Fd())),
		asks:       term.IsTerminal(int(os.Stdin.Fd())),
		interrupts: interrupts,
		letDie:     func() { signal.Stop(interrupts) },
	})))
}
