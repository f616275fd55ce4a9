package attio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"attio-etl/crm"
	"attio-etl/internal/pace"
)

// seen is one request as a server gets it.
type seen struct{ method, target, body string }

// record is a server that keeps what it gets and answers all of it the same.
func record(t *testing.T, body string) (*Client, *seen) {
	t.Helper()
	var got seen
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got = seen{r.Method, r.URL.RequestURI(), string(b)}
		_, _ = io.WriteString(w, body)
	}), &got
}

func TestRequests(t *testing.T) {
	const one, many = `{"data":{"id":{"record_id":"r"}}}`, `{"data":[{"id":{"record_id":"r"}}]}`
	fields := []crm.Field{{Attribute: "name", Values: []crm.Value{crm.Text("<A>")}}}
	tests := []struct {
		reply string
		call  func(context.Context, *Client) error
		want  seen
	}{
		{one, func(ctx context.Context, c *Client) error {
			_, err := c.CreateRecord(ctx, "companies", fields)
			return err
		}, seen{"POST", "/v2/objects/companies/records", `{"data":{"values":{"name":["<A>"]}}}`}},
		{one, func(ctx context.Context, c *Client) error {
			_, err := c.AssertRecord(ctx, "companies", "a&b=c", fields)
			return err
		}, seen{"PUT", "/v2/objects/companies/records?matching_attribute=a%26b%3Dc", `{"data":{"values":{"name":["<A>"]}}}`}},
		{one, func(ctx context.Context, c *Client) error {
			_, err := c.PatchRecord(ctx, "companies", "r", []crm.Field{{Attribute: "tags"}})
			return err
		}, seen{"PATCH", "/v2/objects/companies/records/r", `{"data":{"values":{"tags":[]}}}`}},
		{one, func(ctx context.Context, c *Client) error {
			_, err := c.PutRecord(ctx, "companies", "r", nil)
			return err
		}, seen{"PUT", "/v2/objects/companies/records/r", `{"data":{"values":{}}}`}},
		{one, func(ctx context.Context, c *Client) error {
			_, err := c.GetRecord(ctx, "a/b?c", "r")
			return err
		}, seen{"GET", "/v2/objects/a%2Fb%3Fc/records/r", ``}},
		{`{}`, func(ctx context.Context, c *Client) error {
			return c.DeleteRecord(ctx, "companies", "r")
		}, seen{"DELETE", "/v2/objects/companies/records/r", ``}},
		{``, func(ctx context.Context, c *Client) error {
			return c.DeleteRecord(ctx, "companies", "r")
		}, seen{"DELETE", "/v2/objects/companies/records/r", ``}},
		{many, func(ctx context.Context, c *Client) error {
			_, err := c.QueryRecords(ctx, "companies", Query{})
			return err
		}, seen{"POST", "/v2/objects/companies/records/query", `{"limit":500,"offset":0}`}},
		{many, func(ctx context.Context, c *Client) error {
			_, err := c.QueryRecords(ctx, "people", Query{
				Filter: Filter{"name": Filter{"full_name": Filter{"$eq": "<A>"}}},
				Sorts:  []Sort{{Attribute: "name", Field: "last_name"}, {Attribute: "created_at", Descending: true}},
				Limit:  10, Offset: 20,
			})
			return err
		}, seen{
			"POST", "/v2/objects/people/records/query",
			`{"filter":{"name":{"full_name":{"$eq":"<A>"}}},"sorts":[{"direction":"asc","attribute":"name","field":"last_name"},` +
				`{"direction":"desc","attribute":"created_at"}],"limit":10,"offset":20}`,
		}},
		{many, func(ctx context.Context, c *Client) error {
			_, err := c.FindByKey(ctx, "companies", crm.Key{Attribute: "domains", Values: []string{"a.com", "b.com"}}, 3)
			return err
		}, seen{
			"POST", "/v2/objects/companies/records/query",
			`{"filter":{"$or":[{"domains":"a.com"},{"domains":"b.com"}]},"limit":3,"offset":0}`,
		}},
		{many, func(ctx context.Context, c *Client) error {
			_, err := c.FindByKey(ctx, "companies", crm.Key{Attribute: "domains", Values: []string{"a.com"}}, 0)
			return err
		}, seen{"POST", "/v2/objects/companies/records/query", `{"filter":{"domains":"a.com"},"limit":500,"offset":0}`}},
	}
	for _, tt := range tests {
		c, got := record(t, tt.reply)
		if err := tt.call(t.Context(), c); err != nil {
			t.Errorf("%v: %v", tt.want, err)
		}
		if *got != tt.want {
			t.Errorf("sent\n%v, want\n%v", *got, tt.want)
		}
	}
}

func TestNothingIsSentForBadArguments(t *testing.T) {
	c := through(t, func(r *http.Request) (*http.Response, error) { return nil, errors.New("sent: " + r.URL.Path) })
	ctx := t.Context()
	calls := map[string]func() error{
		"no object":        func() error { _, err := c.CreateRecord(ctx, "", nil); return err },
		"object of dots":   func() error { _, err := c.GetRecord(ctx, "..", "r"); return err },
		"delete, no id":    func() error { return c.DeleteRecord(ctx, "companies", "") },
		"delete, dot":      func() error { return c.DeleteRecord(ctx, "companies", ".") },
		"no match":         func() error { _, err := c.AssertRecord(ctx, "companies", "", nil); return err },
		"key of no values": func() error { _, err := c.FindByKey(ctx, "companies", crm.Key{Attribute: "domains"}, 1); return err },
		"key of nothing":   func() error { _, err := c.FindByKey(ctx, "companies", crm.Key{Values: []string{"a"}}, 1); return err },
		"limit too high":   func() error { _, err := c.QueryRecords(ctx, "companies", Query{Limit: 501}); return err },
		"limit below zero": func() error { _, err := c.QueryRecords(ctx, "companies", Query{Limit: -1}); return err },
		"negative offset":  func() error { _, err := c.QueryRecords(ctx, "companies", Query{Offset: -1}); return err },
		"all, limit":       func() error { return drain(ctx, c, Query{Limit: 501}) },
		"no target":        func() error { _, err := c.Attributes(ctx, crm.Target{}); return err },
		"two targets":      func() error { _, err := c.Attributes(ctx, crm.Target{Object: "a", List: "b"}); return err },
	}
	for name, call := range calls {
		var fault crm.Fault
		if err := call(); err == nil || errors.As(err, &fault) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func drain(ctx context.Context, c *Client, q Query) error {
	for _, err := range c.AllRecords(ctx, "companies", q) {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestCalls holds how each call is paced: what is repeated after a lost reply, above all (invariant I4).
func TestCalls(t *testing.T) {
	read := pace.Call{Kind: pace.Read, Repeatable: true}
	repeated := pace.Call{Kind: pace.Write, Repeatable: true}
	once := pace.Call{Kind: pace.Write}
	field := func(values ...crm.Value) []crm.Field {
		return []crm.Field{{Attribute: "x"}, {Attribute: "a", Values: values}}
	}
	tests := map[string]struct{ got, want pace.Call }{
		"self":                  {get("", scopeToken, "self").call, read},
		"attributes":            {attributesPage(crm.Target{Object: "a"}, 1, 0).call, read},
		"options":               {choicesOf(crm.Target{Object: "a"}, "b", "options").call, read},
		"query":                 {queryRecords("a", Query{}, scopeRow).call, read},
		"create":                {createRecord("a").call, once},
		"assert":                {assertRecord("a", "b").call, repeated},
		"put":                   {recordByID("", "PUT", "a", "b", rewriting).call, repeated},
		"patch nothing":         {patching(nil), repeated},
		"patch a text":          {patching(field(crm.Text("a"))), repeated},
		"patch a status":        {patching(field(crm.Status{Title: "a"})), repeated},
		"patch two texts":       {patching(field(crm.Text("a"), crm.Text("b"))), once},
		"patch a select":        {patching(field(crm.Select{Title: "a"})), once},
		"patch a domain":        {patching(field(crm.Domain("a"))), once},
		"patch an address":      {patching(field(crm.EmailAddress("a"))), once},
		"patch a phone":         {patching(field(crm.PhoneNumber{})), once},
		"patch a reference":     {patching(field(crm.RecordReference{})), once},
		"patch an actor":        {patching(field(crm.ActorReference{})), once},
		"patch a personal name": {patching(field(crm.PersonalName{First: "a"})), repeated},
	}
	for name, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s is %+v, want %+v", name, tt.got, tt.want)
		}
	}
}

// TestCallsReachTheTransport has the transport decide by them: of two calls that lose their reply, one is sent again.
func TestCallsReachTheTransport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := map[string]int{}
		base := roundTrip(func(r *http.Request) (*http.Response, error) {
			sent[r.Method]++
			return nil, io.ErrUnexpectedEOF
		})
		c, err := New(Options{Token: secret, Transport: pace.New(pace.Options{Base: base})})
		if err != nil {
			t.Fatal(err)
		}
		_, created := c.CreateRecord(t.Context(), "companies", nil)
		_, asserted := c.AssertRecord(t.Context(), "companies", "domains", nil)
		if asError(t, created).Code != CodeConnection || asError(t, asserted).Code != CodeConnection {
			t.Errorf("%v, %v", created, asserted)
		}
		if sent[http.MethodPost] != 1 || sent[http.MethodPut] < 2 {
			t.Errorf("sent %v, want one POST and several PUT", sent)
		}
	})
}

// store answers queries from n records, page by page.
type store struct {
	n, requests int
	stuck       bool     // answers every page with the first
	bodies      []string // of the queries
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests++
	b, _ := io.ReadAll(r.Body)
	s.bodies = append(s.bodies, string(b))
	var q struct{ Limit, Offset int }
	_ = json.Unmarshal(b, &q)
	if s.stuck {
		q.Offset = 0
	}
	var page []string
	for i := q.Offset; i < min(s.n, q.Offset+q.Limit); i++ {
		page = append(page, fmt.Sprintf(`{"id":{"record_id":"r%d"}}`, i))
	}
	_, _ = fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(page, ","))
}

func TestAllRecords(t *testing.T) {
	for n, requests := range map[int]int{0: 1, 1: 1, 9: 1, 10: 2, 11: 2, 20: 3, 25: 3} {
		s := &store{n: n}
		c := serve(t, s.ServeHTTP)
		var ids []string
		for rec, err := range c.AllRecords(t.Context(), "companies", Query{Limit: 10}) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, rec.ID)
		}
		if len(ids) != n || s.requests != requests {
			t.Errorf("%d records: got %d in %d requests, want %d requests", n, len(ids), s.requests, requests)
		}
		if !strings.Contains(s.bodies[0], `"sorts":[{"direction":"asc","attribute":"created_at"}]`) {
			t.Errorf("a query without order: %s", s.bodies[0])
		}
	}
}

func TestAllRecordsOnce(t *testing.T) {
	s := &store{n: 25}
	shifted := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if s.requests == 1 { // two records were put in front after the first page
			s.n += 2
			b, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(strings.NewReader(strings.Replace(string(b), `"offset":10`, `"offset":8`, 1)))
		}
		s.ServeHTTP(w, r)
	})
	ids := map[string]int{}
	for rec, err := range shifted.AllRecords(t.Context(), "companies", Query{Limit: 10}) {
		if err != nil {
			t.Fatal(err)
		}
		ids[rec.ID]++
	}
	if slices.Max(slices.Collect(maps.Values(ids))) != 1 {
		t.Errorf("records came twice: %v", ids)
	}
}

func TestAllRecordsEnds(t *testing.T) {
	stuck := &store{n: 100, stuck: true}
	if err := drain(t.Context(), serve(t, stuck.ServeHTTP), Query{Limit: 10}); err == nil || stuck.requests != 2 {
		t.Errorf("a server that ignores the offset: %v after %d requests", err, stuck.requests)
	}
	full := &store{n: 100}
	for rec, err := range serve(t, full.ServeHTTP).AllRecords(t.Context(), "companies", Query{Limit: 10}) {
		if rec.ID != "r0" || err != nil {
			t.Errorf("the first record is %q (%v)", rec.ID, err)
		}
		break
	}
	if full.requests != 1 {
		t.Errorf("%d requests for a caller that stopped at the first record", full.requests)
	}
	failing := serve(t, reply(500, ""))
	calls := 0
	for _, err := range failing.AllRecords(t.Context(), "companies", Query{}) {
		if calls++; asError(t, err).Class != crm.FaultTransient {
			t.Error(err)
		}
	}
	if calls != 1 {
		t.Errorf("%d errors of a query that failed once", calls)
	}
}

func TestReadingErrorsByScope(t *testing.T) {
	bad := `{"id":{"record_id":"r"},"values":{"a":[{"value":"x","attribute_type":"number"}]}}`
	one, page := serve(t, reply(200, `{"data":`+bad+`}`)), serve(t, reply(200, `{"data":[`+bad+`]}`))
	rec, err := one.AssertRecord(t.Context(), "companies", "domains", nil)
	if err != nil || rec.ID != "r" {
		t.Errorf("a record that was written is lost over a value: %v, %v", rec, err)
	}
	if rec, err := one.GetRecord(t.Context(), "companies", "r"); err != nil || !slices.Equal(rec.Unread, []string{"a"}) {
		t.Errorf("reading one record: %v, %v: want it with the attribute named", rec, err)
	}
	found, err := page.FindByKey(t.Context(), "companies", crm.Key{Attribute: "a", Values: []string{"1"}}, 1)
	if err != nil || len(found) != 1 || !slices.Equal(found[0].Unread, []string{"a"}) {
		t.Errorf("finding the record of a row: %v, %v", found, err)
	}
	if err := drain(t.Context(), page, Query{}); asError(t, err).Class != crm.FaultJob {
		t.Errorf("reading all records: %v", err)
	}
}
