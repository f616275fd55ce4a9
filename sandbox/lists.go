package sandbox

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
)

// accessLevels are what a list may grant (contract §7).
var accessLevels = []string{"full-access", "read-and-write", "read-only"}

const accessChoices = "'full-access' | 'read-and-write' | 'read-only'"

// listView is a list as contract §7 shows it.
func (o *object) listView() map[string]any {
	members := o.List.Members
	if members == nil {
		members = []memberAccess{}
	}
	return map[string]any{
		"id":       map[string]string{"workspace_id": o.Workspace, "list_id": o.ID},
		"api_slug": o.Slug, "created_at": formatTime(o.Created), "name": o.List.Name, "workspace_access": o.List.Access,
		"workspace_member_access": members, "parent_object": []string{o.parent.Slug},
		"created_by_actor": map[string]any{"type": "api-token", "id": o.List.By},
	}
}

func listLists(_ context.Context, c *call) (any, error) {
	views := []any{}
	for _, l := range c.st.schema.lists {
		views = append(views, l.listView())
	}
	return data{views}, nil
}

func getList(_ context.Context, c *call) (any, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	return data{l.listView()}, nil
}

// list is the list that the path names by slug or id.
func (c *call) list() (*object, error) {
	key := c.r.PathValue("list")
	l, ok := c.st.schema.list(key)
	if !ok {
		return nil, notFound("Could not find list with slug/ID %q.", key)
	}
	return l, nil
}

func createList(ctx context.Context, c *call) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	l := c.newList(f.text("name"), f.slug())
	key := f.text("parent_object")
	f.access(c.st.schema, l.List)
	if err := f.done(); err != nil {
		return nil, err
	}
	return c.addList(ctx, l, key)
}

func (c *call) newList(name, slug string) *object {
	return &object{
		Workspace: c.st.schema.workspace, ID: uuid.NewString(), Created: time.Now().UnixNano(), Slug: slug,
		List: &listing{Name: name, By: cmp.Or(c.by, tokenID)},
	}
}

// addList stores a list of records of the object with the slug or id parent, with the attributes that every list has.
func (c *call) addList(ctx context.Context, l *object, parent string) (any, error) {
	o, ok := c.st.schema.object(parent)
	if !ok {
		return nil, badRequest(codeValueNotFound, "Object with slug/ID %q not found.", parent)
	}
	if _, exists := c.st.schema.list(l.Slug); exists {
		return nil, slugConflict("A list with the slug %q already exists.", l.Slug)
	}
	l.List.Parent, l.parent = o.ID, o
	if err := c.st.addObject(ctx, l); err != nil {
		return nil, err
	}
	for _, sa := range join(entryIdentity, creation) {
		a := sa.build(l)
		a.ID, a.Created = uuid.NewString(), l.Created
		if err := c.st.addAttribute(ctx, a); err != nil {
			return nil, err
		}
	}
	return data{l.listView()}, c.st.loadSchema(ctx)
}

// access reads the two members about access, of which null grants nothing to the workspace.
func (f *form) access(s *schema, l *listing) {
	switch v, given := f.get("workspace_access"); {
	case !given:
		f.bad(requiredIssue(accessChoices, "data", "workspace_access"))
	case v == nil:
		l.Access = nil
	default:
		level, _ := v.(string)
		if !slices.Contains(accessLevels, level) {
			f.bad(invalidIssue("Expected "+accessChoices, "data", "workspace_access"))
		}
		l.Access = &level
	}
	v, given := f.get("workspace_member_access")
	list, ok := v.([]any)
	switch {
	case !given:
		f.bad(requiredIssue("array", "data", "workspace_member_access"))
	case !ok:
		f.bad(wrongType("array", v, "data", "workspace_member_access"))
	}
	l.Members = nil
	for _, element := range list {
		m, _ := element.(map[string]any)
		level, _ := m["level"].(string)
		id, _ := m["workspace_member_id"].(string)
		if _, known := s.member(id); !known || !slices.Contains(accessLevels, level) {
			f.bad(invalidIssue("Expected level and workspace_member_id of a member", "data", "workspace_member_access"))
			continue
		}
		l.Members = append(l.Members, memberAccess{Level: level, Member: id})
	}
}

// patchList changes name, slug and access; the parent cannot change (contract §7).
func patchList(ctx context.Context, c *call) (any, error) {
	old, err := c.list()
	if err != nil {
		return nil, err
	}
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	changed, listed, f := *old, *old.List, &form{in: in}
	changed.List = &listed
	if _, given := in["name"]; given {
		listed.Name = f.text("name")
	}
	if _, given := in["api_slug"]; given {
		changed.Slug = f.slug()
	}
	access := &form{in: map[string]any{"workspace_access": listed.accessLevel(), "workspace_member_access": listed.memberList()}}
	for _, key := range []string{"workspace_access", "workspace_member_access"} {
		if v, given := f.get(key); given {
			access.in[key] = v
		}
	}
	access.access(c.st.schema, &listed)
	f.issues = slices.Concat(f.issues, access.issues)
	if err := f.done(); err != nil {
		return nil, err
	}
	if other, exists := c.st.schema.list(changed.Slug); exists && other != old {
		return nil, slugConflict("A list with the slug %q already exists.", changed.Slug)
	}
	if err := c.st.saveObject(ctx, &changed); err != nil {
		return nil, err
	}
	return data{changed.listView()}, c.st.loadSchema(ctx)
}

func (l *listing) accessLevel() any {
	if l.Access == nil {
		return nil
	}
	return *l.Access
}

func (l *listing) memberList() []any {
	out := []any{}
	for _, m := range l.Members {
		out = append(out, map[string]any{"level": m.Level, "workspace_member_id": m.Member})
	}
	return out
}
