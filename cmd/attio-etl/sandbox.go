package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attio-etl/internal/exit"
	"attio-etl/sandbox"
)

// sandboxOptions are the flags of sandbox.
type sandboxOptions struct {
	addr     string
	addrFile string
	data     string
	faults   string
	contract string
	scopes   string
}

func (o *sandboxOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.addr, "addr", "127.0.0.1:0", "loopback `HOST:PORT` to listen on; port 0 takes a free one")
	f.StringVar(&o.addrFile, "addr-file", "", "write host:port to `FILE` once the sandbox answers")
	f.StringVar(&o.data, "data", defaultSandbox, "keep the state in `DIR`; empty: in memory")
	f.StringVar(&o.faults, "faults", "", "behave as `FILE` (YAML) says: faults, switches, tokens, limits of scores, reads and writes")
	f.StringVar(&o.contract, "contract", string(sandbox.Current), "speak the API `current` or reference")
	f.StringVar(&o.scopes, "token-scopes", "", "give tokens these `SCOPES`, separated by commas; empty: all")
}

func newSandbox(a *app) *cobra.Command {
	var o sandboxOptions
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a local Attio to try jobs on, with state, limits and faults",
		Long: `Serve a local Attio on the loopback interface: the standard objects, records with the API's own rules, rate limits (--rate), and
faults on demand. Any token of 64 characters opens it. Its state survives a crash. Point attio-etl at it with --base-url.
With --contract reference it speaks the API that attio-etl was specified from, over the same state.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runSandbox(cmd.Context(), a, o)
		},
	}
	o.addFlags(cmd.Flags())
	cmd.AddCommand(newSandboxExport(a), newSandboxImport())
	return cmd
}

func runSandbox(ctx context.Context, a *app, o sandboxOptions) (err error) {
	options, err := o.resolve(a.global.rate)
	if err != nil {
		return err
	}
	if err := loopbackOnly(o.addr); err != nil {
		return exit.With(exit.Usage, err, "the sandbox has no real access control: it stays on 127.0.0.1 or [::1]")
	}
	server, err := sandbox.Open(ctx, options)
	if err != nil {
		return exit.With(exit.Conflict, fmt.Errorf("open the sandbox: %w", err), "another directory: --data DIR")
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	address, stop, err := serve(ctx, server, o.addr)
	if err != nil {
		return exit.With(exit.Conflict, err, "another address: --addr HOST:PORT")
	}
	defer func() { err = errors.Join(err, stop()) }()
	if o.addrFile != "" {
		// Published whole, so that whoever waits for the file never reads half an address.
		err := publish(o.addrFile, func(w io.Writer) error {
			_, err := io.WriteString(w, address)
			return err
		})
		if err != nil {
			return err
		}
	}
	a.view.Sandbox("http://" + address)
	select {
	case <-a.stopping:
	case <-ctx.Done():
	}
	return nil
}

// resolve reads what the flags name.
func (o sandboxOptions) resolve(rate string) (sandbox.Options, error) {
	if rate == "" {
		rate = "10/s,600/m"
	}
	limit, err := sandbox.ParseRate(rate)
	if err != nil {
		return sandbox.Options{}, exit.With(exit.Usage, fmt.Errorf("--rate %q: %w", rate, err), "write 10/s,600/m, one of the two, or off")
	}
	options := sandbox.Options{
		Dir: o.data, Rate: limit, Contract: sandbox.Contract(o.contract), Scopes: strings.ReplaceAll(o.scopes, ",", " "),
	}
	if o.faults != "" {
		if err := o.play(&options); err != nil {
			return sandbox.Options{}, err
		}
	}
	if err := options.Check(); err != nil {
		return sandbox.Options{}, exit.With(exit.Usage, err, "")
	}
	return options, nil
}

// play puts the scenario of --faults into the options.
func (o sandboxOptions) play(options *sandbox.Options) error {
	file, err := os.Open(o.faults)
	if err != nil {
		return exit.With(exit.Usage, fmt.Errorf("read the faults: %w", err), "")
	}
	scenario, err := sandbox.LoadScenario(file)
	scenario.Apply(options)
	if err := errors.Join(err, file.Close()); err != nil {
		return exit.With(exit.Usage, fmt.Errorf("%s: %w", o.faults, err), "")
	}
	return nil
}

// loopbackOnly refuses an address that other machines could reach.
func loopbackOnly(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--addr %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--addr %q is not on the loopback interface", addr)
	}
	return nil
}
