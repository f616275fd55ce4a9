package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var goodToken = strings.Repeat("k", tokenLength)

// bench is a server with a client in the process.
type bench struct {
	t      testing.TB
	server *Server
	line   http.RoundTripper
}

func open(tb testing.TB, o Options) *bench {
	tb.Helper()
	s, err := Open(context.Background(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return &bench{t: tb, server: s, line: &Transport{Handler: s}}
}

// tree is decoded JSON that a path digs into: get("data", "values", "name", 0).
type tree struct{ v any }

func (x tree) get(path ...any) any {
	v := x.v
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func (x tree) text(path ...any) string {
	s, _ := x.get(path...).(string)
	return s
}

func (x tree) len(path ...any) int {
	l, _ := x.get(path...).([]any)
	return len(l)
}

// answer is a reply that was read to its end.
type answer struct {
	status int
	header http.Header
	tree
}

// roundTrip sends one request through rt and reads the whole reply; a body that breaks off is an error.
func roundTrip(rt http.RoundTripper, req *http.Request) (answer, error) {
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return answer{}, err
	}
	text, err := io.ReadAll(resp.Body)
	a := answer{status: resp.StatusCode, header: resp.Header, tree: tree{string(text)}}
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return a, err
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") && json.Valid(text) {
		err = json.Unmarshal(text, &a.v)
	}
	return a, err
}

// do sends one request with the good token.
func (b *bench) do(method, path, body string) (int, tree) {
	b.t.Helper()
	a, err := roundTrip(b.line, request(b.t, method, path, body, "Bearer "+goodToken))
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a.status, a.tree
}

func request(tb testing.TB, method, path, body, auth string) *http.Request {
	tb.Helper()
	req, err := http.NewRequest(method, "http://sandbox"+path, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	return req
}

// ok sends a request that must succeed.
func (b *bench) ok(method, path, body string) tree {
	b.t.Helper()
	status, x := b.do(method, path, body)
	if status != http.StatusOK {
		b.t.Fatalf("%s %s %s: %d %v", method, path, body, status, x.v)
	}
	return x
}

// refused sends a request that must fail with that status and code.
func (b *bench) refused(status int, code, method, path, body string) tree {
	b.t.Helper()
	got, x := b.do(method, path, body)
	if got != status || x.text("code") != code || x.get("status_code") != float64(status) || x.text("message") == "" || x.text("type") == "" {
		b.t.Fatalf("%s %s %s: got %d %v, want %d %s", method, path, body, got, x.v, status, code)
	}
	return x
}

func values(format string, args ...any) string {
	return `{"data":{"values":` + fmt.Sprintf(format, args...) + `}}`
}

// create makes a record and returns its id.
func (b *bench) create(object, vals string) string {
	b.t.Helper()
	return b.ok("POST", "/v2/objects/"+object+"/records", values("%s", vals)).text("data", "id", "record_id")
}

func (b *bench) query(object, body string) []string {
	b.t.Helper()
	x := b.ok("POST", "/v2/objects/"+object+"/records/query", body)
	var ids []string
	for i := range x.len("data") {
		ids = append(ids, x.text("data", i, "id", "record_id"))
	}
	return ids
}

// attribute adds a custom attribute.
func (b *bench) attribute(object, slug, typ string, unique, multi bool, config string) {
	b.t.Helper()
	b.ok("POST", "/v2/objects/"+object+"/attributes", fmt.Sprintf(
		`{"data":{"title":%q,"description":null,"api_slug":%q,"type":%q,"is_required":false,"is_unique":%t,"is_multiselect":%t,"config":%s}}`,
		slug, slug, typ, unique, multi, config))
}
