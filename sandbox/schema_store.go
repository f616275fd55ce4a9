package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// loadSchema reads the whole shape of the workspace; it is small and changes rarely.
func (st *store) loadSchema(ctx context.Context) error {
	s := &schema{}
	objects, attributes := map[int64]*object{}, map[int64]*attribute{}
	err := st.docs(ctx, "SELECT id, 0, doc FROM members ORDER BY id", func(_, _ int64, doc []byte) error {
		m := &member{}
		s.members = append(s.members, m)
		return json.Unmarshal(doc, m)
	})
	if err != nil {
		return err
	}
	err = st.docs(ctx, "SELECT id, 0, doc FROM objects ORDER BY id", func(id, _ int64, doc []byte) error {
		o := &object{row: id}
		objects[id] = o
		if err := json.Unmarshal(doc, o); err != nil {
			return err
		}
		if o.List != nil {
			s.lists = append(s.lists, o)
		} else {
			s.objects = append(s.objects, o)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = st.docs(ctx, "SELECT id, object, doc FROM attributes ORDER BY id", func(id, parent int64, doc []byte) error {
		o := objects[parent]
		a := &attribute{row: id, object: o}
		attributes[id], o.attributes = a, append(o.attributes, a)
		return json.Unmarshal(doc, a)
	})
	if err != nil {
		return err
	}
	err = st.docs(ctx, "SELECT id, attribute, doc FROM choices ORDER BY id", func(id, parent int64, doc []byte) error {
		c := &choice{row: id}
		a := attributes[parent]
		a.choices = append(a.choices, c)
		return errors.Join(json.Unmarshal(doc, c), a.prerender(c))
	})
	if err != nil {
		return err
	}
	if len(s.members) == 0 {
		return errors.New("the state has no members")
	}
	s.workspace = s.members[0].Workspace
	s.join(attributes)
	st.schema = s
	return nil
}

// join resolves what the documents name by id: the parents of lists and the ends of relationships.
func (s *schema) join(attributes map[int64]*attribute) {
	for _, l := range s.lists {
		l.parent, _ = s.object(l.List.Parent)
	}
	byID := map[string]*attribute{}
	for _, a := range attributes {
		byID[a.ID] = a
	}
	for _, a := range attributes {
		if a.Other != "" {
			a.other = byID[a.Other]
		}
	}
}

func (st *store) docs(ctx context.Context, query string, add func(id, parent int64, doc []byte) error) error {
	return st.each(ctx, func(scan func(...any) error) error {
		var id, parent int64
		var doc []byte
		if err := scan(&id, &parent, &doc); err != nil {
			return err
		}
		return add(id, parent, doc)
	}, query)
}

func (st *store) addMember(ctx context.Context, m *member) error {
	_, err := st.insertDoc(ctx, "INSERT INTO members (doc) VALUES (?)", m)
	return err
}

func (st *store) addObject(ctx context.Context, o *object) (err error) {
	o.row, err = st.insertDoc(ctx, "INSERT INTO objects (doc) VALUES (?)", o)
	return err
}

func (st *store) addAttribute(ctx context.Context, a *attribute) (err error) {
	a.row, err = st.insertDoc(ctx, "INSERT INTO attributes (doc, object) VALUES (?, ?)", a, a.object.row)
	return err
}

func (st *store) addChoice(ctx context.Context, a *attribute, c *choice) (err error) {
	c.row, err = st.insertDoc(ctx, "INSERT INTO choices (doc, attribute) VALUES (?, ?)", c, a.row)
	return err
}

func (st *store) insertDoc(ctx context.Context, query string, doc any, args ...any) (int64, error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return 0, fmt.Errorf("encode %T: %w", doc, err)
	}
	res, err := st.exec(ctx, query, append([]any{string(text)}, args...)...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

func (st *store) saveObject(ctx context.Context, o *object) error {
	return st.saveDoc(ctx, "UPDATE objects SET doc = ? WHERE id = ?", o, o.row)
}

func (st *store) saveAttribute(ctx context.Context, a *attribute) error {
	return st.saveDoc(ctx, "UPDATE attributes SET doc = ? WHERE id = ?", a, a.row)
}

func (st *store) saveChoice(ctx context.Context, c *choice) error {
	return st.saveDoc(ctx, "UPDATE choices SET doc = ? WHERE id = ?", c, c.row)
}

func (st *store) saveDoc(ctx context.Context, query string, doc any, row int64) error {
	text, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("encode %T: %w", doc, err)
	}
	_, err = st.exec(ctx, query, string(text), row)
	return err
}
