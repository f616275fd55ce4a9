package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attio-etl/attio"
	"attio-etl/internal/credential"
	"attio-etl/internal/exit"
	"attio-etl/internal/oauth"
	"attio-etl/internal/pace"
)

func newAuth(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "auth",
		Short: "Log in to a workspace, see which token is used, log out",
		Long: `An API key in ATTIO_API_KEY is all that most people need. With an OAuth application, auth login gets a token in the browser and keeps it in the
system's keyring, or in a file that only you may read.`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(newAuthLogin(a), newAuthStatus(a), newAuthLogout(a))
	return cmd
}

// loginOptions are the flags of auth login.
type loginOptions struct {
	clientID     string
	keep         string
	port         int
	authorizeURL string
	tokenURL     string
}

// defaultPort is what an OAuth application has to name in its redirect URI.
const defaultPort = 8976

func (o *loginOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.clientID, "client-id", "", "`ID` of the OAuth application (default: from ATTIO_CLIENT_ID); its secret is read from ATTIO_CLIENT_SECRET")
	f.StringVar(&o.keep, "keep", string(credential.Auto), "where to keep the token: keyring, file, or auto: the keyring where there is one")
	f.IntVar(&o.port, "port", defaultPort, "port of this machine that the browser comes back to; http://127.0.0.1:`PORT`/callback has to be a redirect URI of the application. 0 takes a free one")
	f.StringVar(&o.authorizeURL, "authorize-url", oauth.AuthorizeURL, "where the user allows it")
	f.StringVar(&o.tokenURL, "token-url", oauth.TokenURL, "where the code is exchanged for the token")
}

func newAuthLogin(a *app) *cobra.Command {
	var o loginOptions
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Get a token by OAuth in the browser and keep it",
		Long: `Get an access token with an OAuth application of yours: it prints an address to open in the browser, and waits until you have allowed it there.
The token is checked and kept for the address of the API (--base-url). An API key in the environment goes before it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runLogin(cmd.Context(), a, o)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func runLogin(ctx context.Context, a *app, o loginOptions) error {
	options, err := a.loginOptions(o)
	if err != nil {
		return err
	}
	ctx, cancel := a.intake(ctx)
	defer cancel()
	defer options.Client.CloseIdleConnections()
	token, err := oauth.Login(ctx, options, func(address string) {
		a.view.Note("open this address in a browser and allow the access:\n\n  " + address + "\n")
	})
	switch {
	case a.stopped():
		return exit.With(exit.Interrupted, errors.New("interrupted; nothing was kept"), "")
	case errors.Is(err, oauth.ErrDenied):
		return exit.With(exit.Auth, err, "")
	case err != nil:
		return exit.With(exit.Auth, err, "check the client id and secret, and that the application has the redirect URI http://127.0.0.1:"+strconv.Itoa(o.port)+"/callback")
	}
	identity, err := a.identify(ctx, token)
	if err != nil {
		return err
	}
	place, err := a.credentials().Save(a.global.baseURL, token, credential.Place(o.keep))
	if err != nil {
		return exit.With(exit.Conflict, err, "keep it in the other place: --keep file or --keep keyring")
	}
	a.view.Auth(authRecord{Type: "auth", Address: a.global.baseURL, Token: string(place), Workspace: identity.Name, Scopes: identity.Scopes})
	return nil
}

// loginOptions checks the flags and takes the rest from the environment.
func (a *app) loginOptions(o loginOptions) (oauth.Options, error) {
	switch credential.Place(o.keep) {
	case credential.Auto, credential.Keyring, credential.File:
	default:
		return oauth.Options{}, exit.With(exit.Usage, fmt.Errorf("--keep %q", o.keep), "auto, keyring or file")
	}
	if o.port < 0 || o.port > 65535 {
		return oauth.Options{}, exit.With(exit.Usage, fmt.Errorf("--port %d", o.port), "0 to 65535")
	}
	for flag, address := range map[string]string{"--authorize-url": o.authorizeURL, "--token-url": o.tokenURL} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || (u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname()))) {
			return oauth.Options{}, exit.With(exit.Usage, errors.New(flag+" is no https address"), "the client's secret must not be sent in clear text")
		}
	}
	if o.clientID == "" {
		o.clientID, _ = a.lookup("ATTIO_CLIENT_ID")
	}
	secret, _ := a.lookup("ATTIO_CLIENT_SECRET")
	if o.clientID == "" || secret == "" {
		return oauth.Options{}, exit.With(exit.Usage, errors.New("no OAuth application"),
			"set ATTIO_CLIENT_ID and ATTIO_CLIENT_SECRET to those of an application at build.attio.com, or use an API key: ATTIO_API_KEY")
	}
	return oauth.Options{
		ClientID: o.clientID, ClientSecret: secret, AuthorizeURL: o.authorizeURL, TokenURL: o.tokenURL,
		Address: net.JoinHostPort("127.0.0.1", strconv.Itoa(o.port)),
		Client: &http.Client{
			Transport: &http.Transport{Proxy: a.proxy()}, Timeout: 30 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // it would take the secret along
		},
	}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// identify asks the API what a token opens.
func (a *app) identify(ctx context.Context, token string) (attio.Identity, error) {
	transport := pace.New(pace.Options{Limits: pace.Limits{PerSecond: pace.DefaultPerSecond}, Stop: a.stopping, Observe: a.logPace, Proxy: a.proxy()})
	defer transport.CloseIdleConnections()
	client, err := attio.New(attio.Options{BaseURL: a.global.baseURL, Token: token, Transport: transport, UserAgent: "attio-etl/" + versionText()})
	if err != nil {
		return attio.Identity{}, exit.With(exit.Usage, err, "")
	}
	identity, err := client.Self(ctx)
	if err != nil {
		return attio.Identity{}, a.remoteError(fmt.Errorf("connect to %s: %w", a.global.baseURL, err))
	}
	return identity, nil
}

func newAuthStatus(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show which token is used, and what it opens",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			token, from, err := a.findToken()
			if err != nil {
				return err
			}
			identity, err := a.identify(cmd.Context(), token)
			if err != nil {
				return err
			}
			a.view.Auth(authRecord{Type: "auth", Address: a.global.baseURL, Token: from, Workspace: identity.Name, Scopes: identity.Scopes})
			return nil
		},
	}
}

func newAuthLogout(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "logout",
		Short: "Forget the token that auth login has kept",
		Long:  "Forget the token that auth login has kept on this machine. To revoke it, remove the application from the workspace in Attio's settings.",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			err := a.credentials().Delete(a.global.baseURL)
			if errors.Is(err, credential.ErrNone) {
				return exit.With(exit.Auth, fmt.Errorf("%w for %s", err, a.global.baseURL), "")
			}
			if err != nil {
				return exit.With(exit.Conflict, err, "")
			}
			a.view.Note("the token for " + a.global.baseURL + " is forgotten here; it stays valid until it is revoked in Attio")
			return nil
		},
	}
}
