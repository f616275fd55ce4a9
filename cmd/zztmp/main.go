package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"attio-etl/attio"
	"attio-etl/crm"
	"attio-etl/internal/pace"
)

func main() {
	ctx := context.Background()
	c, err := attio.New(attio.Options{BaseURL: os.Args[1], Token: strings.Repeat("k", 64), Contract: attio.Auto, Transport: pace.New(pace.Options{})})
	if err != nil { panic(err) }
	say := func(what string, v any, err error) {
		s := fmt.Sprintf("%+v", v)
		if len(s) > 400 { s = s[:400] }
		if err != nil { s = "ERR " + err.Error() }
		fmt.Printf("%-22s %s\n", what, s)
	}
	id, err := c.Self(ctx); say("self", id, err)
	k, err := c.Contract(ctx); say("contract", k, err)
	o, err := c.CreateObject(ctx, crm.Object{Slug: "things", Singular: "Thing", Plural: "Things"}); say("create object", o, err)
	o, err = c.UpdateObject(ctx, "things", crm.Object{Singular: "Item", Plural: "Items"}); say("update object", o, err)
	t := crm.Target{Object: "things"}
	for _, typ := range []crm.Type{"text", "number", "checkbox", "currency", "date", "timestamp", "rating", "select", "record-reference", "actor-reference", "location", "domain", "email-address", "phone-number"} {
		a, err := c.CreateAttribute(ctx, t, crm.Attribute{Title: "A " + string(typ), Slug: "a_" + strings.ReplaceAll(string(typ), "-", "_"), Type: typ, Currency: "EUR", AllowedObjects: []string{"companies"}, Multi: typ == "select" || typ == "domain", Unique: typ == "text"})
		if err != nil { say("attribute "+string(typ), a, err) }
	}
	say("option", "", c.CreateChoice(ctx, t, crm.Attribute{Slug: "a_select", Type: crm.TypeSelect}, "One"))
	say("option", "", c.CreateChoice(ctx, t, crm.Attribute{Slug: "a_select", Type: crm.TypeSelect}, "Two"))
	sch, err := c.Schema(ctx, t, nil); say("schema", len(sch.Attributes), err)
	co, err := c.AssertRecord(ctx, "companies", "domains", []crm.Field{{Attribute: "domains", Values: []crm.Value{crm.Domain("zz.com")}}, {Attribute: "name", Values: []crm.Value{crm.Text("ZZ")}}}); say("assert company", co.Values["domains"], err)
	f := func(s string, v ...crm.Value) crm.Field { return crm.Field{Attribute: s, Values: v} }
	fields := []crm.Field{f("a_text", crm.Text("x")), f("a_number", crm.Number(1.5)), f("a_checkbox", crm.Checkbox(true)), f("a_currency", crm.Currency{Amount: "4.99"}), f("a_date", crm.Date{2020, 1, 15}), f("a_timestamp", crm.Timestamp(time.Date(2024, 1, 15, 9, 0, 0, 0, time.UTC))), f("a_rating", crm.Rating(3)), f("a_select", crm.Select{Title: "One"}), f("a_record_reference", crm.RecordReference{Object: "companies", ID: co.ID}), f("a_location", crm.Location{Locality: "Berlin", CountryCode: "DE"}), f("a_domain", crm.Domain("a.com")), f("a_email_address", crm.EmailAddress("a@b.co")), f("a_phone_number", crm.PhoneNumber{E164: "+4930123456", CountryCode: "DE"})}
	for _, one := range fields[1:] {
		_, err := c.AssertRecord(ctx, "things", "a_text", []crm.Field{fields[0], one})
		if err != nil { say("assert "+one.Attribute, "", err) }
	}
	r, err := c.AssertRecord(ctx, "things", "a_text", fields); say("assert thing", len(r.Values), err)
	r, err = c.GetRecord(ctx, "things", r.ID); say("get", r, err); say("unread", r.Unread, nil)
	for s, v := range r.Values { fmt.Printf("    %s %+v\n", s, v) }
	p, err := c.PatchRecord(ctx, "things", r.ID, []crm.Field{f("a_select", crm.Select{Title: "Two"}), f("a_domain", crm.Domain("b.com"))}); say("patch", []any{p.Values["a_select"], p.Values["a_domain"]}, err)
	p, err = c.PutRecord(ctx, "things", r.ID, []crm.Field{f("a_select", crm.Select{Title: "Two"}), f("a_number"), f("a_domain")}); say("put", []any{p.Values["a_select"], p.Values["a_number"], p.Values["a_domain"]}, err)
	for _, filter := range []map[string]any{{"a_text": "x"}, {"a_text": map[string]any{"$ne": "y"}}, {"a_select": "Two"}, {"a_rating": map[string]any{"$gte": 2, "$lt": 4}}, {"a_record_reference.domains": "zz.com"}, {"a_record_reference": co.ID}, {"created_at": map[string]any{"$gte": "2020-01-01"}}, {"a_email_address": map[string]any{"$contains": "b.co"}}, {"a_number": map[string]any{"$exists": false}}, {"$or": []any{map[string]any{"a_text": "q"}, map[string]any{"$not": map[string]any{"a_text": "z"}}}}, {"a_date": map[string]any{"$in": []any{"2020-01-15", "2021-01-01"}}}, {"a_timestamp": "2024-01-15"}, {"a_location": map[string]any{"locality": "Berlin"}}, {"a_domain": map[string]any{"$nin": []any{"q.com"}}}} {
		parsed, err := crm.ParseFilter(filter)
		if err != nil { panic(err) }
		n := 0
		for _, e := range c.QueryRecords(ctx, t, crm.Query{Filter: parsed}) { if e != nil { err = e; break }; n++ }
		say(fmt.Sprint(filter), n, err)
	}
	found, err := c.FindByKey(ctx, "things", crm.Key{Attribute: "record_id", Type: crm.TypeText, Values: []string{r.ID, co.ID}}, 0); say("find ids", len(found), err)
	n := 0
	for _, e := range c.QueryRecords(ctx, crm.Target{Object: "companies"}, crm.Query{Page: 100}) { if e != nil { say("all", "", e); break }; n++ }
	say("all companies", n, nil)
	l, err := c.CreateList(ctx, crm.List{Name: "L", Slug: "l", ParentObjects: []string{"companies"}}); say("create list", l, err)
	ls, err := c.Lists(ctx); say("lists", ls, err)
	link := crm.RecordLink{Object: "companies", RecordID: co.ID}
	e, err := c.CreateEntry(ctx, "l", link, nil); say("create entry", e, err)
	e, err = c.AssertEntry(ctx, "l", link, nil); say("assert entry", e, err)
	for e, err := range c.QueryEntries(ctx, crm.Target{List: "l"}, crm.Query{}) { say("entry", e, err) }
	for m, err := range c.Memberships(ctx, "companies", co.ID) { say("membership", m, err) }
	for m, err := range c.RecordVersions(ctx, "things", r.ID, "a_select") { say("version", m, err) }
	nn, err := c.CreateNote(ctx, crm.Note{Parent: link, Title: "T", Text: "C"}); say("create note", nn, err)
	for m, err := range c.Notes(ctx, link) { say("note", m, err) }
	say("delete note", "", c.DeleteNote(ctx, nn.ID))
	tk, err := c.CreateTask(ctx, crm.Task{Content: "Do", Deadline: time.Now(), Linked: []crm.RecordLink{link}}); say("create task", tk, err)
	for m, err := range c.Tasks(ctx, crm.TaskQuery{}) { say("task", m, err) }
	done := true
	tk, err = c.UpdateTask(ctx, tk.ID, crm.TaskChange{Completed: &done}); say("update task", tk.Completed, err)
	ms, err := c.WorkspaceMembers(ctx); say("members", ms, err)
	if len(ms) > 0 {
		cm, err := c.CreateComment(ctx, crm.Comment{Record: link, Content: "Hi", Author: crm.ActorReference{ID: ms[0].ID}}); say("comment", cm, err)
		for m, err := range c.RecordThreads(ctx, link) { say("thread", m, err) }
	}
	w, err := c.CreateWebhook(ctx, crm.Webhook{URL: "https://example.com/h", Secret: "s", Subscriptions: []crm.Subscription{{Event: "record.created"}}}); say("webhook", w, err)
	for m, err := range c.Webhooks(ctx) { say("webhook", m, err) }
	say("delete", "", c.DeleteRecord(ctx, "things", r.ID))
	say("delete again", "", c.DeleteRecord(ctx, "things", r.ID))
}
