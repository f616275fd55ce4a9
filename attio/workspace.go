package attio

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"attio-etl/crm"
)

// Identity is what a token opens.
type Identity struct {
	crm.Workspace
	Active bool // false: revoked, or never issued
}

// Missing lists the wanted scopes that the token lacks, in their order; a scope to write includes the one to read.
func (id Identity) Missing(want ...string) []string {
	return slices.DeleteFunc(slices.Clone(want), func(scope string) bool {
		area, _, _ := strings.Cut(scope, ":")
		return slices.Contains(id.Scopes, scope) || (scope == area+":read" && slices.Contains(id.Scopes, area+":read-write"))
	})
}

// Self asks what the token opens. A token that opens nothing is an *Error of class auth, although the API answers a revoked one
// with success (contract §1).
func (c *Client) Self(ctx context.Context) (Identity, error) {
	r := get("check the token", scopeToken, "self")
	var self selfJSON
	if err := c.do(ctx, r, &self); err != nil {
		return Identity{}, err
	}
	if !self.Active {
		e := r.fault(http.StatusOK, CodeTokenInactive, "the token is not active: it was revoked or never issued")
		e.Hint = hint(e)
		return Identity{}, e
	}
	return Identity{
		Workspace: crm.Workspace{
			ID: self.WorkspaceID, Name: self.WorkspaceName, Slug: self.WorkspaceSlug, Scopes: strings.Fields(self.Scope),
		},
		Active: true,
	}, nil
}

// WorkspaceMembers lists the users of the workspace, suspended ones included.
func (c *Client) WorkspaceMembers(ctx context.Context) ([]crm.Member, error) {
	found, err := data[[]memberJSON](ctx, c, get("read the workspace members", scopeRun, "workspace_members"))
	if err != nil {
		return nil, err
	}
	return readAs(found, memberJSON.read), nil
}
