package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ImportState replaces the whole state by one that ExportState wrote, or that has its form. Values are taken as they are, with
// their payload as it is read (contract §9) but the id alone of an option or status: they are not checked again, but for unique ones, and both ends
// of a relationship are expected to be there. When anything is wrong the old state remains.
//
// It reads a million records at once: what finds records is collected aside and put in order before it is stored, which is
// several times as fast as storing it record by record.
func (s *Server) ImportState(ctx context.Context, r io.Reader) error {
	st := s.store
	var workspace string
	err := st.rebuild(ctx, func(ctx context.Context) error {
		l := &loader{st: st, now: time.Now().UnixNano()}
		err := l.read(ctx, json.NewDecoder(bufio.NewReaderSize(r, 1<<20)))
		workspace = l.workspace
		return err
	})
	if err != nil {
		return fmt.Errorf("import the sandbox's state: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspace = workspace
	return nil
}

// rebuild runs fill over empty tables in a transaction. Terms come by way of a temporary table on disk, where there is room to sort them.
func (st *store) rebuild(ctx context.Context, fill func(context.Context) error) (err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if _, err := st.conn.ExecContext(ctx, "PRAGMA temp_store=FILE; CREATE TEMP TABLE loading (slot INTEGER, key, record INTEGER)"); err != nil {
		return err
	}
	defer func() {
		_, restore := st.conn.ExecContext(ctx, "DROP TABLE temp.loading; PRAGMA temp_store=MEMORY")
		err = errors.Join(err, restore)
	}()
	return st.transact(ctx, func(ctx context.Context) error {
		if _, err := st.conn.ExecContext(ctx, dropTables+ddl); err != nil {
			return err
		}
		clear(st.positions)
		if err := fill(ctx); err != nil {
			return err
		}
		_, err := st.exec(ctx, "INSERT OR IGNORE INTO terms (slot, key, record) SELECT slot, key, record FROM temp.loading ORDER BY slot, key, record")
		return err
	})
}

const dropTables = `
DROP TABLE members; DROP TABLE objects; DROP TABLE attributes; DROP TABLE choices; DROP TABLE records; DROP TABLE history; DROP TABLE documents;
DROP TABLE terms; DROP TABLE uniques;
`

// loader reads one exported state.
type loader struct {
	st        *store
	now       int64
	workspace string
	known     bool  // the objects are
	terms     []any // that wait for their statement: slot, key, record
}

func (l *loader) read(ctx context.Context, dec *json.Decoder) error {
	if err := expect(dec, json.Delim('{')); err != nil {
		return err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		if err := l.section(ctx, dec, fmt.Sprint(key)); err != nil {
			return fmt.Errorf("%s, near byte %d: %w", key, dec.InputOffset(), err)
		}
	}
	if err := expect(dec, json.Delim('}')); err != nil {
		return err
	}
	if l.workspace == "" || !l.known {
		return errors.New("the state has no workspace or no objects")
	}
	return l.flush(ctx, 0)
}

func (l *loader) section(ctx context.Context, dec *json.Decoder, key string) error {
	switch key {
	case "version":
		var version int
		if err := dec.Decode(&version); err != nil {
			return err
		}
		if version != stateVersion {
			return fmt.Errorf("the state has version %d, this program knows %d", version, stateVersion)
		}
		return nil
	case "workspace":
		return dec.Decode(&l.workspace)
	case "members":
		return elements(dec, func(m *member) error {
			m.Workspace = l.workspace
			return l.st.addMember(ctx, m)
		}, nil)
	case "objects":
		return elements(dec, func(x *exportedObject) error { return l.object(ctx, x) }, func() error { return l.schema(ctx) })
	case "records":
		return elements(dec, func(x *exportedRecord) error { return l.record(ctx, x) }, nil)
	case "documents":
		return elements(dec, func(x *exportedDocument) error { return l.document(ctx, x) }, nil)
	default:
		return errors.New("unknown section")
	}
}

func expect(dec *json.Decoder, want json.Delim) error {
	token, err := dec.Token()
	if err == nil && token != want {
		err = fmt.Errorf("want %v, got %v", want, token)
	}
	return err
}

// elements reads an array element by element, then calls end.
func elements[T any](dec *json.Decoder, see func(*T) error, end func() error) error {
	if err := expect(dec, '['); err != nil {
		return err
	}
	for dec.More() {
		element := new(T)
		if err := dec.Decode(element); err != nil {
			return err
		}
		if err := see(element); err != nil {
			return err
		}
	}
	if err := expect(dec, ']'); err != nil || end == nil {
		return err
	}
	return end()
}

func (l *loader) object(ctx context.Context, x *exportedObject) error {
	if x.ID == "" || x.Slug == "" {
		return errors.New("an object needs id and slug")
	}
	x.Workspace = l.workspace
	if err := l.st.addObject(ctx, &x.object); err != nil {
		return err
	}
	for i := range x.Attributes {
		a := &x.Attributes[i]
		if a.ID == "" || a.Slug == "" {
			return fmt.Errorf("an attribute of %s needs id and slug", x.Slug)
		}
		if _, known := kinds[a.Type]; !known {
			return fmt.Errorf("attribute %s.%s: unknown type %q", x.Slug, a.Slug, a.Type)
		}
		a.object = &x.object
		if err := l.st.addAttribute(ctx, &a.attribute); err != nil {
			return err
		}
		for _, c := range a.Choices {
			if err := l.st.addChoice(ctx, &a.attribute, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// schema makes the objects known to the records that come.
func (l *loader) schema(ctx context.Context) error {
	if err := l.st.loadSchema(ctx); err != nil {
		return err
	}
	l.known = true
	for _, list := range l.st.schema.lists {
		if list.parent == nil {
			return fmt.Errorf("list %s: its parent is no object", list.Slug)
		}
	}
	return nil
}

func (l *loader) document(ctx context.Context, x *exportedDocument) error {
	created, err := l.moment(x.Created, l.now)
	if err != nil {
		return err
	}
	d := &document{kind: x.Kind, id: x.ID, created: created}
	if x.Parent != "" {
		if d.parent, err = l.row(ctx, x.Parent); err != nil {
			return fmt.Errorf("%s %s: %w", x.Kind, x.ID, err)
		}
	}
	return l.st.addDocument(ctx, d, x.Content)
}

// row is that of a record or entry that is there already.
func (l *loader) row(ctx context.Context, id string) (int64, error) {
	rows, err := l.st.ids(ctx, "SELECT id FROM records WHERE uuid = ?", id)
	if err == nil && len(rows) == 0 {
		return 0, fmt.Errorf("%q is no record", id)
	}
	if err != nil {
		return 0, err
	}
	return rows[0], nil
}

// moment reads a time of the state; empty is usual.
func (l *loader) moment(text string, usual int64) (int64, error) {
	if text == "" {
		return usual, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t.UnixNano(), err
}

// loadBatch is how many terms go into one statement.
const loadBatch = 200

// flush stores the terms that wait, as far as there are more than keep.
func (l *loader) flush(ctx context.Context, keep int) error {
	for len(l.terms) > 3*keep {
		n := min(len(l.terms)/3, loadBatch)
		query := "INSERT INTO temp.loading VALUES (?,?,?)" + strings.Repeat(",(?,?,?)", n-1)
		run := l.st.exec
		if n < loadBatch { // once at the end: not worth keeping
			run = l.st.conn.ExecContext
		}
		if _, err := run(ctx, query, l.terms[:3*n]...); err != nil {
			return err
		}
		l.terms = l.terms[:copy(l.terms, l.terms[3*n:])]
	}
	return nil
}
