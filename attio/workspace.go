package attio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"attio-etl/crm"
)

// Identity is what a token opens.
type Identity struct {
	crm.Workspace
	Active        bool // false: revoked, or never issued
	ScopesUnknown bool // the contract does not tell them: what the token may not do shows when it is done
}

// Missing lists the wanted scopes that the token lacks, in their order; a scope to write includes the one to read. Where the scopes are
// not known, none counts as missing.
func (id Identity) Missing(want ...string) []string {
	if id.ScopesUnknown {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(want), func(scope string) bool {
		area, _, _ := strings.Cut(scope, ":")
		return slices.Contains(id.Scopes, scope) || (scope == area+":read" && slices.Contains(id.Scopes, area+":read-write"))
	})
}

// Self asks what the token opens. A token that opens nothing is an *Error of class auth, although the API answers a revoked one
// with success (contract §1). If it is not settled which contract the server speaks, this is the request that tells.
//
// The reference contract does not say. There the token is tried by reading the objects, and the workspace goes by an id made from where
// the server is and a hash of the token: it is the same from run to run, as long as the token is.
func (c *Client) Self(ctx context.Context) (Identity, error) {
	// Locked while it asks, so that nobody else asks the same. A request about the token itself never asks back (see again).
	c.learning.Lock()
	defer c.learning.Unlock()
	if c.spoken != nil && !c.spoken.tellsSelf() {
		return c.anonymous(ctx)
	}
	r := current{}.self()
	var self selfJSON
	err := c.do(ctx, r, &self)
	if c.spoken == nil {
		if c.spoken, err = settle(err); c.spoken != nil && !c.spoken.tellsSelf() {
			return c.anonymous(ctx)
		}
	}
	if err != nil {
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

// anonymous is what a token opens where nobody tells.
func (c *Client) anonymous(ctx context.Context) (Identity, error) {
	r := reference{}.objects()
	r.op, r.scope = "check the token", scopeToken
	if err := c.do(ctx, r, nil); err != nil {
		return Identity{}, err
	}
	sum := sha256.Sum256([]byte("attio-etl workspace\x00" + c.base + "\x00" + *c.token))
	return Identity{
		Workspace: crm.Workspace{ID: "reference-" + hex.EncodeToString(sum[:16]), Name: "at " + c.base},
		Active:    true, ScopesUnknown: true,
	}, nil
}
