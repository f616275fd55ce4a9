package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"attio-etl/attio"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/jobs"
	"attio-etl/mapping"
)

// activityCheck checks what an export of an activity names against the workspace.
type activityCheck struct {
	*app
	client   *attio.Client
	from     *jobs.Origin
	contract attio.Contract
	members  []crm.Member // once somebody has asked
	findings diag.List
}

// activitySchema is the columns that an activity has, checked against the workspace: its objects, records and members are there, and the
// contract has the calls. Parents are the objects of the records that it is on.
func (a *app) activitySchema(ctx context.Context, client *attio.Client, e *jobs.Export) (schema *crm.Schema, parents []string, err error) {
	c := &activityCheck{app: a, client: client, from: &e.From}
	if c.contract, err = client.Contract(ctx); err != nil {
		return nil, nil, a.remoteError(fmt.Errorf("read the %s: %w", e.From, err))
	}
	if c.spoken(); len(c.findings) == 0 {
		parents, err = c.parents(ctx)
		err = errors.Join(err, c.linked(ctx), c.assignee(ctx))
	}
	if err != nil {
		return nil, nil, a.remoteError(fmt.Errorf("check what the export of %s names: %w", e.From, err))
	}
	if len(c.findings) > 0 {
		return nil, nil, exit.With(exit.Usage, c.findings, "")
	}
	if namesActors(e) {
		if err := c.readMembers(ctx); isDenied(err) {
			a.noteMembers(nil)
		} else if err != nil {
			return nil, nil, a.remoteError(err)
		}
	}
	return mapping.ActivitySchema(e.From.Activity, parents, c.members), parents, nil
}

// spoken reports what the contract has no call for.
func (c *activityCheck) spoken() {
	if c.contract != attio.Reference {
		return
	}
	var problem string
	of, pos := c.from.Of, c.from.Pos
	switch {
	case c.from.Activity == crm.Members, c.from.Activity == crm.Comments:
		problem = "does not list " + string(c.from.Activity)
	case c.from.Activity == crm.Structure:
		problem = "lists neither the choices of attributes nor the attributes of lists"
	case of.Linked.Object.Given():
		problem, pos = "cannot select tasks by their record", of.Linked.Object.Pos
	case strings.Contains(of.Assignee.Value, "@"):
		problem, pos = "names members by id only", of.Assignee.Pos
	default:
		return
	}
	c.findings.Add(diag.Finding{Code: attio.CodeUnspoken, Pos: pos, Problem: "the reference contract " + problem, Hint: "Attio's published API does: --contract current"})
}

// parents are the objects whose records an activity is on; none for any.
func (c *activityCheck) parents(ctx context.Context) ([]string, error) {
	of := c.from.Of
	switch {
	case of.Object.Given():
		there, err := c.object(ctx, of.Object)
		if err == nil && there && of.Record.Given() {
			err = c.record(ctx, of.Object, of.Record)
		}
		return []string{of.Object.Value}, err
	case of.List.Given():
		list, err := c.client.List(ctx, of.List.Value)
		if isNotFound(err) {
			c.unknown("list", of.List, "lists are named by slug")
			return nil, nil
		}
		return list.ParentObjects, err
	default:
		return nil, nil
	}
}

// object makes sure that the workspace has an object.
func (c *activityCheck) object(ctx context.Context, slug jobs.Text) (there bool, err error) {
	_, err = c.client.Object(ctx, slug.Value)
	if isNotFound(err) {
		c.unknown("object", slug, "they are named by slug: companies, people, deals, …")
		return false, nil
	}
	return err == nil, err
}

// record makes sure that there is a record: of one that is not there nothing would be exported, and nobody would see why.
func (c *activityCheck) record(ctx context.Context, object, id jobs.Text) error {
	found, err := finder{c.client}.Find(ctx, object.Value, []string{id.Value})
	if err == nil && len(found) == 0 {
		c.unknown("record", id, "a record is named by its id, which exports have as record_id")
	}
	return err
}

func (c *activityCheck) unknown(what string, t jobs.Text, hint string) {
	c.findings.Add(diag.Finding{Code: "unknown-" + what, Pos: t.Pos, Problem: fmt.Sprintf("the workspace has no %s %q", what, t.Raw), Hint: hint})
}

func (c *activityCheck) linked(ctx context.Context) error {
	link := c.from.Of.Linked
	if !link.Object.Given() || !link.Record.Given() {
		return nil
	}
	there, err := c.object(ctx, link.Object)
	if err != nil || !there {
		return err
	}
	return c.record(ctx, link.Object, link.Record)
}

// assignee makes sure that the workspace has the member whose tasks are wanted, where it tells.
func (c *activityCheck) assignee(ctx context.Context) error {
	who := c.from.Of.Assignee
	if !who.Given() || c.contract == attio.Reference {
		return nil
	}
	if err := c.readMembers(ctx); err != nil {
		return err
	}
	var addresses []string
	for _, m := range c.members {
		if m.ID == who.Value || strings.EqualFold(m.Email, who.Value) {
			return nil
		}
		addresses = append(addresses, m.Email)
	}
	c.unknown("member", who, jobs.Suggest(who.Raw, addresses))
	return nil
}

// readMembers reads the members of the workspace, where the contract lists them.
func (c *activityCheck) readMembers(ctx context.Context) (err error) {
	if c.members == nil && c.contract != attio.Reference {
		c.members, err = c.client.WorkspaceMembers(ctx)
	}
	return err
}

// namesActors reports whether a column of the export shows a member, whose address is to be known then.
func namesActors(e *jobs.Export) bool {
	return slices.ContainsFunc(mapping.ActivitySchema(e.From.Activity, nil, nil).Attributes, func(a crm.Attribute) bool {
		return a.Type == crm.TypeActorReference && shows(e, a.Slug)
	})
}

// noteMembers says that members are written by their ids, where reading them was refused and the rest was not.
func (a *app) noteMembers(rest error) {
	if rest == nil {
		a.view.Note("members are written by their ids: the token lacks user_management:read, which tells their addresses")
	}
}

// isDenied reports whether a request was refused for what the token may not do.
func isDenied(err error) bool {
	fault, ok := errors.AsType[*attio.Error](err)
	return ok && fault.Status == http.StatusForbidden
}

func isNotFound(err error) bool {
	fault, ok := errors.AsType[*attio.Error](err)
	return ok && fault.FaultClass() != crm.FaultAuth && fault.Code == "not_found"
}
