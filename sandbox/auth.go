package sandbox

import (
	"net/http"
	"strings"
)

// tokenLength is that of an API key (contract §1).
const tokenLength = 64

// scopes are those of a key that may do everything.
const scopes = "user_management:read-write record_permission:read-write object_configuration:read-write list_entry:read-write " +
	"list_configuration:read-write public_collection:read-write private_collection:read-write comment:read-write task:read-write " +
	"note:read-write meeting:read-write webhook:read-write file:read-write"

// token is the key of a request, given as Bearer or as the user name of Basic.
func token(r *http.Request) (string, bool) {
	if user, _, ok := r.BasicAuth(); ok {
		return user, true
	}
	scheme, key, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return key, ok && strings.EqualFold(scheme, "Bearer")
}

// known says whether a well-formed token is accepted.
func (s *Server) known(key string) bool { return s.options.Token == "" || s.options.Token == key }

// wellFormed: the configured token is, whatever its length.
func (s *Server) wellFormed(key string) bool {
	return len(key) == tokenLength || (s.options.Token != "" && s.options.Token == key)
}

func (s *Server) authorize(r *http.Request) error {
	key, ok := token(r)
	switch {
	case !ok:
		return unauthorized("The Authorization header was not provided, or is not of the form \"Bearer <token>\".")
	case !s.wellFormed(key):
		return unauthorized("The API Key provided was invalid because it was the wrong length (API Keys should be 64 characters long).")
	case !s.known(key):
		return unauthorized("The API Key provided could not be found. This is most commonly caused by the token having been revoked.")
	default:
		return nil
	}
}

// self is the one endpoint without envelope, and the one that answers 200 to a dead key.
func (s *Server) self(w http.ResponseWriter, r *http.Request) {
	key, ok := token(r)
	if !ok || !s.wellFormed(key) {
		fail(w, badRequest(codeMissingValue, "Token was not recognised, it is missing or malformed."))
		return
	}
	if !s.known(key) {
		send(w, map[string]any{"active": false})
		return
	}
	send(w, map[string]any{
		"active": true, "scope": scopes, "client_id": seedID("client"), "token_type": "Bearer", "exp": nil,
		"iat": seedTime / 1e9, "sub": s.workspace, "aud": seedID("client"), "iss": "attio.com",
		"authorized_by_workspace_member_id": memberID, "workspace_id": s.workspace, "workspace_name": workspaceName,
		"workspace_slug": workspaceSlug, "workspace_logo_url": nil,
	})
}
