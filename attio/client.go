package attio

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"attio-etl/crm"
)

// DefaultBaseURL is where Attio serves its API.
const DefaultBaseURL = "https://api.attio.com"

// Options is what a Client needs.
type Options struct {
	BaseURL   string            // empty: DefaultBaseURL; a trailing slash and a trailing "/v2" are cut
	Token     string            `json:"-"` // API key or access token; no message, print or log ever shows it
	Transport http.RoundTripper // sends, paces and repeats requests
	UserAgent string            // empty: Go's own
	Contract  Contract          // which API the server speaks
}

// Format prints the options without their token, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "attio.Options(token hidden)")
}

// Client calls the API of one workspace. It is safe for concurrent use.
type Client struct {
	http  *http.Client
	base  string  // scheme, host and path prefix, without "/v2" and without a trailing slash
	token *string // behind a pointer: no print of the struct, however nested, shows it
	agent string

	learning *sync.Mutex // guards spoken
	spoken   contract    // nil until the server has told
	schemas  *schemas
	maxReply int64 // bytes of a reply that are read
}

// New checks the options and makes no request. It refuses a base URL that is not http or https, or that would send the token in
// clear text to another machine.
func New(o Options) (*Client, error) {
	base, err := baseURL(o.BaseURL)
	if err != nil {
		return nil, err
	}
	if err := checkToken(o.Token); err != nil {
		return nil, err
	}
	if o.Transport == nil {
		return nil, errors.New("no transport: the API's limits would not be kept")
	}
	return &Client{
		http:  &http.Client{Transport: o.Transport, CheckRedirect: stayPut},
		base:  base,
		token: &o.Token,
		agent: o.UserAgent,

		learning: &sync.Mutex{},
		spoken:   decided(o.Contract, base),
		schemas:  &schemas{known: map[crm.Target][]crm.Attribute{}},
		maxReply: maxReply,
	}, nil
}

// Format prints where the client calls, never its token, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "attio.Client(%s)", c.base)
}

// BaseURL is where the client calls, without "/v2".
func (c *Client) BaseURL() string { return c.base }

// stayPut hands every redirect to the caller as the reply it is: the API has none, and following one would take the token along.
func stayPut(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// baseURL normalises the base URL. Its errors repeat no more of the input than scheme and host: the rest may hold credentials.
func baseURL(s string) (string, error) {
	if s == "" {
		return DefaultBaseURL, nil
	}
	u, err := url.Parse(s)
	if err != nil {
		return "", errors.New("base URL cannot be parsed; want one such as " + DefaultBaseURL)
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return "", fmt.Errorf("base URL has the scheme %q; want https", u.Scheme)
	case u.Hostname() == "":
		return "", errors.New("base URL names no host; want one such as " + DefaultBaseURL)
	case u.User != nil:
		return "", errors.New("base URL holds credentials; give the token on its own")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("base URL has a query or a fragment; want scheme, host and path only")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", fmt.Errorf("base URL would send the token to %s in clear text; want https", u.Host)
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	path = strings.TrimRight(strings.TrimSuffix(path, "/v2"), "/")
	return u.Scheme + "://" + u.Host + path, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// checkToken refuses what cannot stand in a header. A token pasted with a line break is the usual case.
func checkToken(token string) error {
	if token == "" {
		return errors.New("no API token")
	}
	for _, r := range token {
		if r <= ' ' || r > '~' {
			return errors.New("the API token has a blank, a line break or a character that no token has")
		}
	}
	return nil
}
