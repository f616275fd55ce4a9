package sandbox

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"time"
)

// checkDefault refuses a default that could not be written, and keeps a static one in the shape in which it is read.
func (w *writer) checkDefault(ctx context.Context, a *attribute) error {
	a.DefaultShown = nil
	if a.Default == nil {
		return nil
	}
	values, err := w.defaultOf(ctx, a)
	if err != nil {
		return err
	}
	m, err := decodeObject(a.Default)
	if err != nil || m["type"] != "static" {
		return err
	}
	template := []any{}
	for _, v := range values {
		payload, err := a.payload(v)
		if err != nil {
			return err
		}
		shown := map[string]any{}
		if err := json.Unmarshal(payload, &shown); err != nil {
			return err
		}
		shown["attribute_type"] = a.Type
		template = append(template, shown)
	}
	a.DefaultShown, err = json.Marshal(map[string]any{"type": "static", "template": template})
	return err
}

func (a *attribute) defaultView() json.RawMessage {
	if a.DefaultShown != nil {
		return a.DefaultShown
	}
	return a.Default
}

// defaultOf is what a default_value gives at this moment: the template of a static one, the current user or the day or time
// some duration from now of a dynamic one (contract §5).
func (w *writer) defaultOf(ctx context.Context, a *attribute) ([]value, error) {
	m, err := decodeObject(a.Default)
	if err != nil {
		return nil, err
	}
	if m["type"] == "static" {
		return w.parseValues(ctx, a, m["template"])
	}
	template, _ := m["template"].(string)
	if a.Type == typeActorReference && template == "current-user" {
		v, err := newValue(actor("api-token", cmp.Or(w.by, tokenID)), w.now)
		v.By = w.by
		return []value{v}, err
	}
	at, ok := after(time.Unix(0, w.now).UTC(), template)
	if !ok || (a.Type != typeDate && a.Type != typeTimestamp) {
		return nil, badBody(invalidIssue("Invalid dynamic default value for type "+a.Type, "data", "default_value", "template"))
	}
	return w.parseValues(ctx, a, at.Format(time.RFC3339Nano))
}

// isoDuration is an ISO 8601 duration in whole units.
var isoDuration = regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$`)

// after adds an ISO 8601 duration to t.
func after(t time.Time, duration string) (time.Time, bool) {
	parts := isoDuration.FindStringSubmatch(duration)
	if parts == nil || duration == "P" {
		return t, false
	}
	n := make([]int, len(parts))
	for i, p := range parts[1:] {
		if p == "" {
			continue
		}
		var err error
		if n[i+1], err = strconv.Atoi(p); err != nil {
			return t, false
		}
	}
	t = t.AddDate(n[1], n[2], 7*n[3]+n[4])
	return t.Add(time.Duration(n[5])*time.Hour + time.Duration(n[6])*time.Minute + time.Duration(n[7])*time.Second), true
}
