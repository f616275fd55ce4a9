package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// tokenLength is that of an API key (contract §1).
const tokenLength = 64

// AllScopes are those of a key that may do everything.
const AllScopes = "user_management:read-write record_permission:read-write object_configuration:read-write list_entry:read-write " +
	"list_configuration:read-write public_collection:read-write private_collection:read-write comment:read-write task:read-write " +
	"note:read-write meeting:read-write webhook:read-write file:read-write"

// Token is one key that the sandbox knows.
type Token struct {
	Key string
	// Scopes are separated by spaces, as /v2/self shows them; empty: AllScopes.
	Scopes string
	// Revoked: every endpoint answers 401, /v2/self 200 with active false.
	Revoked bool
}

// checkTokens refuses tokens and scopes that make no sense. The message names no key.
func (o *Options) checkTokens() error {
	var errs []error
	for i, t := range o.Tokens {
		if t.Key == "" {
			errs = append(errs, fmt.Errorf("token %d: the key is empty", i+1))
		}
		if err := checkScopes(t.Scopes); err != nil {
			errs = append(errs, fmt.Errorf("token %d: %w", i+1, err))
		}
	}
	return errors.Join(append(errs, checkScopes(o.Scopes))...)
}

// checkScopes refuses what is not the name of a scope with :read or :read-write.
func checkScopes(scopes string) error {
	for scope := range strings.FieldsSeq(scopes) {
		name, _, _ := strings.Cut(scope, ":")
		if scope != name+":read" && scope != name+":read-write" || !slices.Contains(strings.Fields(AllScopes), name+":read-write") {
			return fmt.Errorf("unknown scope %q", scope)
		}
	}
	return nil
}

// actor is the id under which values remember who wrote them; empty for every token that is not configured.
func (t Token) actor() string {
	if t.Key == "" {
		return ""
	}
	return seedID("token", t.Key)
}

// allows says whether the scopes of the token include the wanted one; read-write includes read (contract §1).
func (t Token) allows(wanted string) bool {
	for scope := range strings.FieldsSeq(t.Scopes) {
		if scope == wanted || scope == wanted+"-write" {
			return true
		}
	}
	return false
}

// token is the key of a request, given as Bearer or as the user name of Basic.
func token(r *http.Request) (string, bool) {
	if user, _, ok := r.BasicAuth(); ok {
		return user, true
	}
	scheme, key, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return key, ok && strings.EqualFold(scheme, "Bearer")
}

// known finds a token: one of Options.Tokens, or, when none are configured, any that is well formed.
func (s *Server) known(key string) (Token, bool) {
	for _, t := range s.options.Tokens {
		if t.Key == key {
			return t, true
		}
	}
	return Token{Scopes: s.options.Scopes}, len(s.options.Tokens) == 0
}

// wellFormed: a configured token is, whatever its length.
func (s *Server) wellFormed(key string) bool {
	return len(key) == tokenLength || slices.ContainsFunc(s.options.Tokens, func(t Token) bool { return t.Key == key })
}

// authorize finds the token of a request and refuses one that is unknown, revoked or lacks a scope.
func (s *Server) authorize(r *http.Request, scopes []string) (Token, error) {
	key, ok := token(r)
	switch {
	case !ok:
		return Token{}, unauthorized("The Authorization header was not provided, or is not of the form \"Bearer <token>\".")
	case !s.wellFormed(key):
		return Token{}, unauthorized("The API Key provided was invalid because it was the wrong length (API Keys should be 64 characters long).")
	}
	t, ok := s.known(key)
	if !ok || t.Revoked {
		return Token{}, unauthorized("The API Key provided could not be found. This is most commonly caused by the token having been revoked.")
	}
	for _, scope := range scopes {
		if !t.allows(scope) {
			e := unauthorized(fmt.Sprintf("The requested resource does not exist or you do not have permission to access it. The scope %q is needed.", scope))
			e.Status = http.StatusForbidden
			return Token{}, e
		}
	}
	return t, nil
}

// self is the one endpoint without envelope, and the one that answers 200 to a dead key.
func (s *Server) self(w http.ResponseWriter, r *http.Request) {
	key, ok := token(r)
	if !ok || !s.wellFormed(key) {
		s.fail(w, badRequest(codeMissingValue, "Token was not recognised, it is missing or malformed."))
		return
	}
	t, ok := s.known(key)
	if !ok || t.Revoked {
		send(w, map[string]any{"active": false})
		return
	}
	s.mu.Lock()
	workspace := s.workspace
	s.mu.Unlock()
	send(w, map[string]any{
		"active": true, "scope": t.Scopes, "client_id": seedID("client"), "token_type": "Bearer", "exp": nil,
		"iat": seedTime / 1e9, "sub": workspace, "aud": seedID("client"), "iss": "attio.com",
		"authorized_by_workspace_member_id": memberID, "workspace_id": workspace, "workspace_name": workspaceName,
		"workspace_slug": workspaceSlug, "workspace_logo_url": nil,
	})
}
