package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attio-etl/internal/exit"
)

// The defaults that other code compares with.
const (
	defaultBaseURL = "https://api.attio.com"
	defaultState   = ".attio-etl"
	defaultSandbox = ".attio-etl/sandbox"
)

// globalOptions are the flags that every command has.
type globalOptions struct {
	sandbox    string // directory of an embedded sandbox; empty: a workspace
	baseURL    string
	contract   string
	keyFile    string
	state      string
	rate       string
	rateMode   string
	json       bool
	quiet      bool
	noColor    bool
	logLevel   string
	maxFinding int
}

func (o *globalOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.sandbox, "sandbox", "", "use an embedded sandbox kept in `DIR` instead of a workspace: no token, no network")
	f.Lookup("sandbox").NoOptDefVal = defaultSandbox
	f.StringVar(&o.baseURL, "base-url", defaultBaseURL, "address of the API, with or without /v2")
	f.StringVar(&o.contract, "contract", "auto", "which API the server speaks: current, reference, or auto: current at api.attio.com, elsewhere the server tells")
	f.StringVar(&o.keyFile, "api-key-file", "", "read the API key from `FILE` (default: from ATTIO_API_KEY or ATTIO_ACCESS_TOKEN)")
	f.StringVar(&o.state, "state", defaultState, "`DIR` that remembers runs")
	f.StringVar(&o.rate, "rate", "", "limit on requests, as 10/s,600/m (default: the job's limits, else 10/s,600/m)")
	f.StringVar(&o.rateMode, "rate-mode", "adaptive", "adaptive: learn from refusals; strict: never over the limit, slower on a distant server")
	f.BoolVar(&o.json, "json", false, "print JSON Lines on standard output")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress")
	f.BoolVar(&o.noColor, "no-color", false, "no colors")
	f.StringVar(&o.logLevel, "log-level", "warn", "debug, info, warn or error: what is logged to standard error")
	f.IntVar(&o.maxFinding, "max-findings", 1000, "findings of rows to print, 0 for all; the rest is counted (--json prints all)")
}

// newRoot builds the command tree.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "attio-etl",
		Short: "Bulk import into and export from the Attio CRM that never loses, doubles or quietly changes a row",
		Long: `Bulk import into and export from the Attio CRM that never loses, doubles or quietly changes a row.

Job files (YAML) say which column becomes which attribute. Try one without a token or a network:

  attio-etl import examples/quickstart/companies.yaml --sandbox`,
		Version:       versionText(),
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return a.prepare(cmd)
		},
	}
	a.global.addFlags(root.PersistentFlags())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return exit.With(exit.Usage, plainly(err), fmt.Sprintf("see %s --help", cmd.CommandPath()))
	})
	root.AddCommand(
		newImport(a), newPlan(a), newExport(a), newValidate(a), newPeek(a), newResume(a), newUndo(a), newVerify(a), newRuns(a), newRejects(a), newAuth(a), newDoctor(a),
		newSandbox(a), newVersion(a),
	)
	root.CompletionOptions.HiddenDefaultCmd = true
	finish(root)
	return root
}

// plainly words a value that a flag cannot take without the names of functions that tried to read it.
func plainly(err error) error {
	bad, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	wants := map[string]string{"int": "a whole number", "bool": "true or false", "duration": "a time such as 30s or 5m"}
	if want := wants[bad.GetFlag().Value.Type()]; want != "" {
		return fmt.Errorf("--%s %q: want %s", bad.GetFlag().Name, bad.GetValue(), want)
	}
	return err
}

// finish gives a command and those below it what all have: exit codes in the help, and the exit code of wrong usage for wrong arguments.
func finish(cmd *cobra.Command) {
	cmd.Long = strings.TrimRight(cmp.Or(cmd.Long, cmd.Short+"."), "\n") + "\n\n" + exit.Help
	checked(cmd)
	for _, below := range cmd.Commands() {
		finish(below)
	}
}

// checked gives wrong arguments the exit code of wrong usage.
func checked(cmd *cobra.Command) {
	if args := cmd.Args; args != nil {
		cmd.Args = func(cmd *cobra.Command, given []string) error {
			if err := args(cmd, given); err != nil {
				hint := fmt.Sprintf("usage: %s; see %s --help", cmd.UseLine(), cmd.CommandPath())
				if cmd.Flags().Changed("sandbox") && len(given) > 1 {
					hint = "a directory for the sandbox is written --sandbox=DIR; " + hint
				}
				return exit.With(exit.Usage, err, hint)
			}
			return nil
		}
	}
}

// prepare takes flags that were not given from the environment and sets up output.
func (a *app) prepare(cmd *cobra.Command) error {
	if err := a.flagsFromEnvironment(cmd.Flags()); err != nil {
		return err
	}
	if a.global.json {
		a.view = newJSONView(a)
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(a.global.logLevel)); err != nil {
		return exit.With(exit.Usage, fmt.Errorf("--log-level %q", a.global.logLevel), "one of debug, info, warn, error")
	}
	if a.global.maxFinding < 0 {
		return exit.With(exit.Usage, fmt.Errorf("--max-findings %d", a.global.maxFinding), "0 prints all")
	}
	a.log = slog.New(tint.NewTextHandler(a.stderr, &tint.Options{Level: level, NoColor: !a.colored()}))
	a.files = a.reachFiles()
	a.begun = true
	a.view.Begin(cmd.Name())
	return nil
}

// flagsFromEnvironment sets each flag that the command line leaves out from ATTIO_ETL_<FLAG>.
func (a *app) flagsFromEnvironment(flags *pflag.FlagSet) (err error) {
	flags.VisitAll(func(f *pflag.Flag) {
		name := "ATTIO_ETL_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := a.lookup(name)
		if !ok || value == "" || f.Changed || err != nil {
			return
		}
		if bad := flags.Set(f.Name, value); bad != nil {
			err = exit.With(exit.Usage, fmt.Errorf("%s: %w", name, bad), fmt.Sprintf("it sets --%s", f.Name))
		}
	})
	return err
}
