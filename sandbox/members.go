package sandbox

import (
	"context"
)

func listMembers(_ context.Context, c *call) (any, error) {
	views := []any{}
	for _, m := range c.st.schema.members {
		views = append(views, m.view())
	}
	return data{views}, nil
}

func getMember(_ context.Context, c *call) (any, error) {
	id := c.r.PathValue("member")
	for _, m := range c.st.schema.members {
		if m.ID == id {
			return data{m.view()}, nil
		}
	}
	return nil, notFound("Could not find workspace member with ID %q.", id)
}
