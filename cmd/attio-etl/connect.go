package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"attio-etl/attio"
	"attio-etl/crm"
	"attio-etl/internal/exit"
	"attio-etl/internal/pace"
	"attio-etl/jobs"
	"attio-etl/sandbox"
)

// sandboxPrefix marks a run's connection to an embedded sandbox; its directory follows.
const sandboxPrefix = "sandbox:"

// connection is a client on a workspace, and what must be ended with it.
type connection struct {
	client    *attio.Client
	pace      *pace.Transport
	workspace crm.Workspace
	name      string // as the run store keeps it: base URL, or sandbox:DIR
	close     func() error
}

// connect opens the workspace that flags and environment name, or the embedded sandbox, and makes sure that the token has the scopes that are needed.
// limits are the job's.
func (a *app) connect(ctx context.Context, limits jobs.Limits, needed []string) (*connection, error) {
	conn, err := a.dial(ctx, limits, nil)
	if err != nil {
		return nil, err
	}
	identity, err := conn.client.Self(ctx)
	if err != nil {
		return nil, errors.Join(a.remoteError(fmt.Errorf("connect to %s: %w", conn.name, err)), conn.close())
	}
	if missing := identity.Missing(needed...); len(missing) > 0 {
		err := fmt.Errorf("the API key of workspace %s lacks %s", identity.Name, strings.Join(missing, " and "))
		return nil, errors.Join(exit.With(exit.Auth, err, "add the scope in Attio: Workspace settings, Developers"), conn.close())
	}
	conn.workspace = identity.Workspace
	return conn, nil
}

// neededScopes is what every import needs (contract §1).
var neededScopes = []string{"object_configuration:read", "record_permission:read-write"}

// dial makes the client; nothing is sent yet. watch, if not nil, stands between the client and what sends.
func (a *app) dial(ctx context.Context, limits jobs.Limits, watch func(http.RoundTripper) http.RoundTripper) (*connection, error) {
	rates, err := a.limits(limits)
	if err != nil {
		return nil, err
	}
	conn := &connection{close: func() error { return nil }}
	spoken, err := attio.ParseContract(a.global.contract)
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("--contract: %w", err), "")
	}
	options := attio.Options{BaseURL: a.global.baseURL, UserAgent: "attio-etl/" + versionText(), Contract: spoken}
	if a.global.sandbox != "" {
		err = a.embed(ctx, conn, &options)
	} else {
		conn.name = a.global.baseURL
		options.Token, err = a.token()
	}
	if err != nil {
		return nil, err
	}
	pacing := pace.Options{Limits: rates, Stop: a.stopping, Observe: a.logPace, Proxy: a.proxy()}
	if a.global.sandbox == "" { // an embedded one is nobody else's
		if pacing.Shared, err = a.sharedLimits(options.BaseURL, options.Token); err != nil {
			return nil, err
		}
		conn.close = pacing.Shared.Close
	}
	conn.pace = pace.New(pacing)
	options.Transport = conn.pace
	if watch != nil {
		options.Transport = watch(conn.pace)
	}
	if conn.client, err = attio.New(options); err != nil {
		return nil, errors.Join(exit.With(exit.Usage, err, ""), conn.close())
	}
	return conn, nil
}

// embeddedRate is the limit towards the embedded sandbox where nobody names one: it is on this machine and nobody else's.
const embeddedRate = "100/s,6000/m"

// limits are the limits in force: flag, else job, else default.
func (a *app) limits(job jobs.Limits) (pace.Limits, error) {
	limits := pace.Limits{
		PerSecond: job.RequestsPerSecond, PerMinute: job.RequestsPerMinute,
		ReadsPerSecond: job.ReadsPerSecond, WritesPerSecond: job.WritesPerSecond,
	}
	text := a.global.rate
	if text == "" && a.global.sandbox != "" && limits.PerSecond == 0 && limits.PerMinute == 0 {
		text = embeddedRate
	}
	if text != "" {
		perSecond, perMinute, err := parseRate(text)
		if err != nil {
			return pace.Limits{}, exit.With(exit.Usage, fmt.Errorf("--rate %q: %w", text, err), "write 10/s,600/m, or one of the two")
		}
		limits.PerSecond, limits.PerMinute = perSecond, perMinute
	}
	if limits.PerSecond == 0 && limits.PerMinute == 0 {
		limits.PerSecond, limits.PerMinute = pace.DefaultPerSecond, pace.DefaultPerMinute
	}
	switch a.global.rateMode {
	case "adaptive":
		limits.Mode = pace.Adaptive
	case "strict":
		limits.Mode = pace.Strict
	default:
		return pace.Limits{}, exit.With(exit.Usage, fmt.Errorf("--rate-mode %q", a.global.rateMode), "adaptive or strict")
	}
	return limits, nil
}

// embed starts a sandbox in this process, on a port of the loopback interface.
func (a *app) embed(ctx context.Context, conn *connection, options *attio.Options) error {
	dir, err := filepath.Abs(a.global.sandbox)
	if err != nil {
		return exit.With(exit.Usage, fmt.Errorf("--sandbox: %w", err), "")
	}
	server, err := sandbox.Open(ctx, sandbox.Options{Dir: dir}) // without a limit: the client keeps to its own
	if err != nil {
		return exit.With(exit.Conflict, fmt.Errorf("open the sandbox: %w", err), "another directory: --sandbox=DIR")
	}
	address, stop, err := serve(ctx, server, "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, server.Close())
	}
	options.BaseURL = "http://" + address
	options.Token = strings.Repeat("sandbox0", 8)
	conn.name = sandboxPrefix + dir
	conn.close = func() error { return errors.Join(stop(), server.Close()) }
	return nil
}

// serve answers HTTP on the address until stop is called.
func serve(ctx context.Context, handler http.Handler, address string) (bound string, stop func() error, err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return "", nil, fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	ended := make(chan error, 1) // one value, so that the goroutine ends even when nobody waits
	go func() { ended <- server.Serve(listener) }()
	return listener.Addr().String(), func() error {
		closed := server.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			return errors.Join(closed, err)
		}
		return closed
	}, nil
}

// remoteError gives an error of the API its exit code.
func (a *app) remoteError(err error) error {
	var fault crm.Fault
	switch {
	case err == nil:
		return nil
	case a.stopped():
		return exit.With(exit.Interrupted, errors.New("interrupted"), "")
	case !errors.As(err, &fault):
		return err
	case fault.FaultClass() == crm.FaultAuth:
		return exit.With(exit.Auth, err, "check the API key and its scopes in Attio's settings")
	case fault.FaultClass() == crm.FaultTransient:
		return exit.With(exit.Unavailable, err, "try again later")
	default:
		return exit.With(exit.Usage, err, "")
	}
}
