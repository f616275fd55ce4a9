package attio

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
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
		"page too large":   func() error { return drain(ctx, c, crm.Query{Page: 501}) },
		"page below zero":  func() error { return drain(ctx, c, crm.Query{Page: -1}) },
		"limit below zero": func() error { return drain(ctx, c, crm.Query{Limit: -1}) },
		"negative offset":  func() error { return drain(ctx, c, crm.Query{From: crm.Position{Offset: -1}}) },
		"records of a list": func() error {
			for _, err := range c.QueryRecords(ctx, crm.Target{List: "sales"}, crm.Query{}) {
				return err
			}
			return nil
		},
		"no target":   func() error { _, err := c.Attributes(ctx, crm.Target{}); return err },
		"two targets": func() error { _, err := c.Attributes(ctx, crm.Target{Object: "a", List: "b"}); return err },
	}
	for name, call := range calls {
		var fault crm.Fault
		if err := call(); err == nil || errors.As(err, &fault) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var companies = crm.Target{Object: "companies"}

func drain(ctx context.Context, c *Client, q crm.Query) error {
	for _, err := range c.QueryRecords(ctx, companies, q) {
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
		"attributes":            {current{}.attributes(crm.Target{Object: "a"}, 1, crm.Position{}).call, read},
		"options":               {current{}.choices(crm.Target{Object: "a"}, "b", "options").call, read},
		"query":                 {current{}.find(crm.Target{Object: "a"}, queryJSON{}, scopeRow).call, read},
		"create":                {current{}.createRecord("a").call, once},
		"assert":                {current{}.assertRecord("a", "b").call, repeated},
		"put":                   {current{}.putRecord("a", "b").call, repeated},
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
	for rec, err := range page.QueryRecords(t.Context(), companies, crm.Query{}) {
		if err != nil || !slices.Equal(rec.Unread, []string{"a"}) {
			t.Errorf("reading all records: %v, %v", rec, err)
		}
		break
	}
}
