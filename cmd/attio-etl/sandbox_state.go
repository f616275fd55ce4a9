package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"attio-etl/internal/exit"
	"attio-etl/sandbox"
)

func newSandboxExport(a *app) *cobra.Command {
	var data string
	var o sandbox.ExportOptions
	cmd := &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write the whole state of a sandbox as JSON, a line for each record",
		Long: `Write the whole state of a sandbox that is not running as JSON to FILE or standard output: schema, records with their history, entries, notes,
tasks, comments, webhooks. With --comparable ids, times and history are left out and everything is sorted, so that diff shows what two
sandboxes differ in.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			write := func(w io.Writer) error {
				return withSandbox(cmd.Context(), data, func(s *sandbox.Server) error {
					return s.ExportState(cmd.Context(), w, o)
				})
			}
			if len(args) == 0 {
				return write(a.stdout)
			}
			return publish(args[0], write)
		},
	}
	cmd.Flags().StringVar(&data, "data", defaultSandbox, "the state is in `DIR`")
	cmd.Flags().BoolVar(&o.Comparable, "comparable", false, "leave out what differs between two runs that did the same")
	return cmd
}

func newSandboxImport() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Replace the state of a sandbox by one that was exported",
		Long: `Replace the whole state of a sandbox that is not running by FILE, which "sandbox export" wrote. When anything is wrong with the file the old
state remains.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := os.Open(args[0])
			if err != nil {
				return exit.With(exit.Usage, fmt.Errorf("read the state: %w", err), "")
			}
			err = withSandbox(cmd.Context(), data, func(s *sandbox.Server) error {
				if err := s.ImportState(cmd.Context(), bufio.NewReader(file)); err != nil {
					return exit.With(exit.Usage, fmt.Errorf("%s: %w", args[0], err), "")
				}
				return nil
			})
			return errors.Join(err, file.Close())
		},
	}
	cmd.Flags().StringVar(&data, "data", defaultSandbox, "the state is in `DIR`")
	return cmd
}

// withSandbox opens the sandbox in dir for the length of do.
func withSandbox(ctx context.Context, dir string, do func(*sandbox.Server) error) error {
	server, err := sandbox.Open(ctx, sandbox.Options{Dir: dir})
	if err != nil {
		return exit.With(exit.Conflict, fmt.Errorf("open the sandbox: %w", err), "stop the sandbox that uses the directory, or name another: --data DIR")
	}
	return errors.Join(do(server), server.Close())
}
