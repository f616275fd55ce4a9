package sandbox

import (
	"context"
	"slices"
	"strings"
)

func listTasks(ctx context.Context, c *call) (any, error) {
	limit, offset, err := c.paging(tasksPage, maxTasks)
	if err != nil {
		return nil, err
	}
	matches, err := c.taskFilter(ctx)
	if err != nil {
		return nil, err
	}
	views := []any{}
	err = c.tasks(ctx, matches, limit, offset, func(d document, t *task) { views = append(views, c.taskView(d, t)) })
	return data{views}, err
}

// tasks calls see with a page of the tasks that match; nil matches all.
func (c *call) tasks(ctx context.Context, matches func(*task) bool, limit, offset int, see func(document, *task)) error {
	order := c.r.URL.Query().Get("sort")
	descending := strings.HasSuffix(order, ":desc")
	if matches == nil && !strings.HasPrefix(order, "completed_at:") {
		return c.st.documents(ctx, kindTask, descending, limit, offset, decoded(see))
	}
	type found struct {
		d document
		t *task
	}
	var all []found
	err := c.st.documents(ctx, kindTask, descending, -1, 0, decoded(func(d document, t *task) {
		if matches == nil || matches(t) {
			all = append(all, found{d, t})
		}
	}))
	if strings.HasPrefix(order, "completed_at:") {
		slices.SortStableFunc(all, func(x, y found) int { return compareCompletion(x.t, y.t, descending) })
	}
	from := min(offset, len(all))
	for _, f := range all[from:min(from+limit, len(all))] {
		see(f.d, f.t)
	}
	return err
}

// compareCompletion orders open tasks after all others.
func compareCompletion(x, y *task, descending bool) int {
	switch {
	case x.Completed == nil && y.Completed == nil:
		return 0
	case x.Completed == nil:
		return 1
	case y.Completed == nil:
		return -1
	case descending:
		x, y = y, x
	}
	return int(min(1, max(-1, *x.Completed-*y.Completed)))
}

// taskFilter reads the filters of the query string; nil is none of them. A sort that is not one is refused here.
func (c *call) taskFilter(ctx context.Context) (func(*task) bool, error) {
	q := c.r.URL.Query()
	sorts := []string{"", "created_at:asc", "created_at:desc", "completed_at:asc", "completed_at:desc"}
	if !slices.Contains(sorts, q.Get("sort")) {
		return nil, badQuery(invalidIssue("Expected one of "+strings.Join(sorts[1:], ", "), "sort"))
	}
	var tests []func(*task) bool
	if q.Has("is_completed") {
		completed, err := c.queryFlag("is_completed")
		if err != nil {
			return nil, err
		}
		tests = append(tests, func(t *task) bool { return (t.Completed != nil) == completed })
	}
	if q.Has("assignee") {
		test, err := c.assigneeFilter(q.Get("assignee"))
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	if q.Has("linked_object") || q.Has("linked_record_id") {
		o, rec, err := c.linkedRecord(ctx, q.Get("linked_object"), q.Get("linked_record_id"))
		if err != nil {
			return nil, err
		}
		tests = append(tests, func(t *task) bool { return slices.Contains(t.Links, taskLink{o.ID, rec.id}) })
	}
	if tests == nil {
		return nil, nil //nolint:nilnil // no filter is an ordinary answer
	}
	return func(t *task) bool {
		return !slices.ContainsFunc(tests, func(test func(*task) bool) bool { return !test(t) })
	}, nil
}

// assigneeFilter takes an e-mail address, an id, or null for tasks without assignee.
func (c *call) assigneeFilter(key string) (func(*task) bool, error) {
	if key == "null" || key == "" {
		return func(t *task) bool { return len(t.Assignees) == 0 }, nil
	}
	m, ok := c.st.schema.member(key)
	if !ok {
		return nil, badRequest(codeValueNotFound, "Cannot find workspace member %q.", key)
	}
	return func(t *task) bool { return slices.Contains(t.Assignees, m.ID) }, nil
}
