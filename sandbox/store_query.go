package sandbox

import (
	"context"
	"database/sql"
)

// stmt prepares query once; the texts are constants, so the number of statements is bounded.
func (st *store) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := st.stmts[query]; ok {
		return s, nil
	}
	s, err := st.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	st.stmts[query] = s
	return s, nil
}

func (st *store) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := st.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// each calls row for every row of the result.
func (st *store) each(ctx context.Context, row func(scan func(...any) error) error, query string, args ...any) error {
	s, err := st.stmt(ctx, query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err below reports what matters
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// ids collects the first column, which must be an integer.
func (st *store) ids(ctx context.Context, query string, args ...any) ([]int64, error) {
	var out []int64
	err := st.each(ctx, func(scan func(...any) error) error {
		var id int64
		if err := scan(&id); err != nil {
			return err
		}
		out = append(out, id)
		return nil
	}, query, args...)
	return out, err
}
