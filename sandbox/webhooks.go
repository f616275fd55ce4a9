package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// webhook is kept and shown and never called: the sandbox delivers nothing.
type webhook struct {
	URL           string          `json:"url"`
	Subscriptions json.RawMessage `json:"subscriptions"`
	Secret        string          `json:"secret"`
}

// eventTypes are what a webhook may subscribe to (contract §11).
var eventTypes = []string{
	"call-recording.created",
	"comment.created", "comment.resolved", "comment.unresolved", "comment.deleted",
	"list.created", "list.updated", "list.deleted",
	"list-attribute.created", "list-attribute.updated",
	"list-entry.created", "list-entry.updated", "list-entry.deleted",
	"object-attribute.created", "object-attribute.updated",
	"note.created", "note-content.updated", "note.updated", "note.deleted",
	"record.created", "record.merged", "record.updated", "record.deleted",
	"task.created", "task.updated", "task.deleted",
	"workspace-member.created",
}

// Pages of webhooks (contract §11).
const (
	webhookPage     = 10
	maxWebhookPage  = 100
	webhookStatus   = "active"
	webhookSecretLn = 32 // bytes
)

func (c *call) webhookView(d document, h *webhook) map[string]any {
	return map[string]any{
		"id":         map[string]string{"workspace_id": c.st.schema.workspace, "webhook_id": d.id},
		"target_url": h.URL, "subscriptions": h.Subscriptions, "status": webhookStatus, "created_at": formatTime(d.created),
	}
}

func listWebhooks(ctx context.Context, c *call) (any, error) {
	limit, offset, err := c.paging(webhookPage, maxWebhookPage)
	if err != nil {
		return nil, err
	}
	views := []any{}
	err = c.st.documents(ctx, kindWebhook, false, limit, offset, decoded(func(d document, h *webhook) {
		views = append(views, c.webhookView(d, h))
	}))
	return data{views}, err
}

// createWebhook shows the secret, which nothing shows again. The same webhook twice is a conflict.
func createWebhook(ctx context.Context, c *call) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	h := &webhook{URL: f.target(), Subscriptions: f.subscriptions()}
	if err := f.done(); err != nil {
		return nil, err
	}
	d, err := c.addWebhook(ctx, h)
	if err != nil {
		return nil, err
	}
	view := c.webhookView(d, h)
	view["secret"] = h.Secret
	return data{view}, nil
}

func (c *call) addWebhook(ctx context.Context, h *webhook) (document, error) {
	if err := c.uniqueWebhook(ctx, "", h); err != nil {
		return document{}, err
	}
	if h.Secret == "" {
		secret := make([]byte, webhookSecretLn)
		if _, err := rand.Read(secret); err != nil {
			return document{}, fmt.Errorf("make a secret: %w", err)
		}
		h.Secret = hex.EncodeToString(secret)
	}
	d := document{kind: kindWebhook, created: time.Now().UnixNano()}
	return d, c.st.addDocument(ctx, &d, h)
}

// uniqueWebhook refuses a webhook that is there already under another id.
func (c *call) uniqueWebhook(ctx context.Context, id string, h *webhook) error {
	twin := false
	err := c.st.documents(ctx, kindWebhook, false, -1, 0, decoded(func(d document, other *webhook) {
		twin = twin || (d.id != id && other.URL == h.URL && string(other.Subscriptions) == string(h.Subscriptions))
	}))
	if err == nil && twin {
		err = &apiError{
			Status: http.StatusConflict, Type: typeInvalidRequest, Code: "uniqueness_conflict",
			Message: "A webhook with this target URL and these subscriptions already exists.",
		}
	}
	return err
}

func (f *form) target() string {
	s := f.text("target_url")
	if u, err := url.Parse(s); s != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		f.bad(invalidIssue("Target URL must be a https URL", "data", "target_url"))
	}
	return s
}

// subscriptions checks each {event_type, filter}; the key filter is required, and null is a filter.
func (f *form) subscriptions() json.RawMessage {
	list := f.list("subscriptions")
	for i, element := range list {
		m, _ := element.(map[string]any)
		event, _ := m["event_type"].(string)
		if !slices.Contains(eventTypes, event) {
			f.bad(invalidIssue("Invalid enum value", "data", "subscriptions", fmt.Sprint(i), "event_type"))
		}
		filter, given := m["filter"]
		if !given {
			f.bad(requiredIssue("object", "data", "subscriptions", fmt.Sprint(i), "filter"))
		} else if !webhookFilter(filter) {
			f.bad(invalidIssue("Invalid input", "data", "subscriptions", fmt.Sprint(i), "filter"))
		}
		f.issues = append(f.issues, unknownKeys(m, []string{"event_type", "filter"}, "data", "subscriptions", fmt.Sprint(i))...)
	}
	doc, err := json.Marshal(list)
	if err != nil {
		f.bad(invalidIssue(err.Error(), "data", "subscriptions"))
	}
	return doc
}

// webhookFilter: null, or one of $and and $or over comparisons.
func webhookFilter(v any) bool {
	if v == nil {
		return true
	}
	m, _ := v.(map[string]any)
	if len(m) != 1 {
		return false
	}
	list, ok := m["$and"].([]any)
	if !ok {
		list, ok = m["$or"].([]any)
	}
	return ok && !slices.ContainsFunc(list, func(element any) bool {
		c, _ := element.(map[string]any)
		_, field := c["field"].(string)
		_, value := c["value"].(string)
		return len(c) != 3 || !field || !value || (c["operator"] != "equals" && c["operator"] != "not_equals")
	})
}

func getWebhook(ctx context.Context, c *call) (any, error) {
	d, h, err := named[webhook](ctx, c, kindWebhook)
	if err != nil {
		return nil, err
	}
	return data{c.webhookView(d, h)}, nil
}

func patchWebhook(ctx context.Context, c *call) (any, error) {
	d, h, err := named[webhook](ctx, c, kindWebhook)
	if err != nil {
		return nil, err
	}
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	if _, given := in["target_url"]; given {
		h.URL = f.target()
	}
	if _, given := in["subscriptions"]; given {
		h.Subscriptions = f.subscriptions()
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	if err := c.uniqueWebhook(ctx, d.id, h); err != nil {
		return nil, err
	}
	return data{c.webhookView(d, h)}, c.st.saveDocument(ctx, d, h)
}

func deleteWebhook(ctx context.Context, c *call) (any, error) {
	d, _, err := named[webhook](ctx, c, kindWebhook)
	if err != nil {
		return nil, err
	}
	return struct{}{}, c.st.removeDocument(ctx, d)
}
