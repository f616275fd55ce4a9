package sandbox

import (
	"context"
	"regexp"
	"time"

	"github.com/google/uuid"
)

// slugForm is what a new slug may look like.
var slugForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func (f *form) slug() string {
	const key = "api_slug"
	s := f.text(key)
	if s != "" && !slugForm.MatchString(s) {
		f.bad(invalidIssue("A slug consists of letters, digits, '_' and '-'", "data", key))
	}
	return s
}

func listObjects(_ context.Context, c *call) (any, error) {
	views := []any{}
	for _, o := range c.st.schema.objects {
		views = append(views, o.view())
	}
	return data{views}, nil
}

func getObject(_ context.Context, c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	return data{o.view()}, nil
}

// object is the object that the path names by slug or id.
func (c *call) object() (*object, error) {
	key := c.r.PathValue("object")
	o, ok := c.st.schema.object(key)
	if !ok {
		return nil, notFound("Could not find object with slug/ID %q.", key)
	}
	return o, nil
}

func createObject(ctx context.Context, c *call) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	o := &object{
		Workspace: c.st.schema.workspace, ID: uuid.NewString(), Created: time.Now().UnixNano(),
		Slug: f.slug(), Singular: f.text("singular_noun"), Plural: f.text("plural_noun"),
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	if _, exists := c.st.schema.object(o.Slug); exists {
		return nil, slugConflict("An object with the slug %q already exists.", o.Slug)
	}
	if err := c.st.addObject(ctx, o); err != nil {
		return nil, err
	}
	for _, sa := range join(identity, creation) {
		a := sa.build(o)
		a.ID, a.Created = uuid.NewString(), o.Created
		if err := c.st.addAttribute(ctx, a); err != nil {
			return nil, err
		}
	}
	return data{o.view()}, c.st.loadSchema(ctx)
}
