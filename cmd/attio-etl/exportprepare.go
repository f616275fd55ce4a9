package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"attio-etl/attio"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/internal/storage"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

// preparedExport is an export that has been checked against the workspace.
type preparedExport struct {
	job  *jobs.Job
	conn *connection
	flat *mapping.Flat
}

// withExport prepares the export of a job, or of one of its steps, shows what is wrong with it or hands it to f, and closes it.
func (a *app) withExport(ctx context.Context, path, step, output string, f func(*preparedExport) error) (err error) {
	job, findings := jobs.Load(path, a.lookup)
	if job != nil && step != "" {
		if alone, ok := job.Exporting(step); ok {
			job = alone
		} else if len(findings) == 0 {
			return exit.With(exit.Usage, fmt.Errorf("--step %s: %s has no such step that exports", step, path), jobs.Suggest(step, exportNames(job)))
		}
	}
	if job == nil || job.Export == nil {
		if len(findings) == 0 {
			return exit.With(exit.Usage, fmt.Errorf("%s exports nothing", path), "import it: "+a.commandLine("import", path))
		}
		return a.wrongExport(path, findings)
	}
	if output != "" {
		if err := replaceOutput(&job.Export.To, output); err != nil {
			return err
		}
	}
	if !job.Export.From.Text().Given() {
		return a.wrongExport(path, findings)
	}
	p := &preparedExport{job: job}
	if p.conn, err = a.connect(ctx, job.Limits, exportScopes(job.Export.From)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.conn.close()) }()
	wrong, err := a.flatten(ctx, p)
	if list, ok := errors.AsType[diag.List](err); ok {
		wrong, err = list, nil
	}
	if err != nil {
		return err
	}
	findings = append(findings, wrong...)
	findings.Sort()
	if len(findings) > 0 {
		return a.wrongExport(path, findings)
	}
	return f(p)
}

func (a *app) wrongExport(path string, findings diag.List) error {
	a.view.Findings(findings)
	return exit.With(exit.Usage, fmt.Errorf("%s: %s; nothing was exported", path, count(int64(len(findings)), "mistake")), "")
}

// replaceOutput makes an export write another file than the job names. The ending of its name tells its format, unless it tells none.
func replaceOutput(to *jobs.Output, path string) error {
	l, err := storage.ParseLocation(path)
	if err == nil && l.IsStandard() {
		err = errors.New("an export is published whole, which standard output cannot be")
	}
	if err != nil {
		return exit.With(exit.Usage, fmt.Errorf("--output: %w", err), "name a file, or an object of s3, gs or azblob")
	}
	if format, ok := tabular.FormatOf(l.Base()); ok {
		to.Format = format
	}
	if to.Format == tabular.JSON || (to.Multi == jobs.ListValues && !jobs.HasLists(to.Format)) {
		return exit.With(exit.Usage, fmt.Errorf("--output %s: %s cannot be written by this job", path, to.Format), "csv, tsv, xlsx, parquet or jsonl; lists need parquet or jsonl")
	}
	return nil
}

// flatten reads the schemas that the columns need and checks columns and filter against them.
func (a *app) flatten(ctx context.Context, p *preparedExport) (diag.List, error) {
	schema, parents, err := a.exportSchema(ctx, p.conn.client, p.job.Export)
	if err != nil {
		return nil, err
	}
	others := mapping.Schemas{}
	for {
		flat, wanted, findings := mapping.Flatten(p.job, schema, parents, others)
		if len(wanted) > 0 {
			if err := a.otherSchemas(ctx, p, wanted, others); err != nil {
				return nil, err
			}
			continue
		}
		p.flat = flat
		wrong, err := a.checkFilter(ctx, p)
		if flat != nil && p.job.Export.Incremental.Mode == jobs.IncrementalSnapshot && flat.IDColumn() < 0 {
			wrong.Add(diag.Finding{
				Code: "no-id-column", Pos: p.job.Export.ColumnsPos, Problem: "incremental: snapshot has to say which rows were deleted",
				Hint: "add " + flat.IDName() + " to the columns",
			})
		}
		return append(findings, wrong...), err
	}
}

// shows reports whether a column of an export begins at an attribute, or its order does.
func shows(e *jobs.Export, attribute string) bool {
	begins := func(path jobs.Text) bool {
		first, _, _ := strings.Cut(path.Value, ".")
		return first == attribute
	}
	return len(e.Columns) == 0 || slices.ContainsFunc(e.Columns, func(c jobs.ExportColumn) bool { return begins(c.From) }) ||
		slices.ContainsFunc(e.Sorts, func(s jobs.Sort) bool { return begins(s.From) })
}

// otherSchemas reads the attributes of objects that paths lead to, with the choices of those that stand on a path.
func (a *app) otherSchemas(ctx context.Context, p *preparedExport, wanted []string, others mapping.Schemas) error {
	var steps []string
	for _, c := range p.job.Export.Columns {
		steps = append(steps, strings.Split(c.From.Value, ".")...)
	}
	for _, s := range p.job.Export.Sorts {
		steps = append(steps, strings.Split(s.From.Value, ".")...)
	}
	for _, object := range wanted {
		schema, err := p.conn.client.Schema(ctx, crm.Target{Object: object}, func(a crm.Attribute) bool { return slices.Contains(steps, a.Slug) })
		if isNotFound(err) {
			others[object] = nil
			continue
		}
		if err != nil {
			return a.remoteError(fmt.Errorf("read the attributes of %s: %w", object, err))
		}
		others[object] = schema
	}
	return nil
}

// exportSchema reads the attributes of what is exported, with their choices, and which objects' records it is of or on.
func (a *app) exportSchema(ctx context.Context, client *attio.Client, e *jobs.Export) (schema *crm.Schema, parents []string, err error) {
	from := e.From
	if from.Activity != "" {
		return a.activitySchema(ctx, client, e)
	}
	schema, err = client.Schema(ctx, from.Target(), func(attr crm.Attribute) bool { return shows(e, attr.Slug) })
	if isDenied(err) { // it may be the members alone
		schema, err = client.Schema(ctx, from.Target(), func(attr crm.Attribute) bool { return attr.Type != crm.TypeActorReference && shows(e, attr.Slug) })
		a.noteMembers(err)
	}
	if isNotFound(err) {
		what := "object"
		if from.List.Given() {
			what = "list"
		}
		return nil, nil, exit.With(exit.Usage, diag.List{{
			Code: "unknown-" + what, Pos: from.Text().Pos, Problem: fmt.Sprintf("the workspace has no %s %q", what, from.Text().Raw),
			Hint: "they are named by slug: companies, people, deals, …",
		}}, "")
	}
	if err != nil {
		return nil, nil, a.remoteError(fmt.Errorf("read the attributes of %s: %w", from.Text().Raw, err))
	}
	if from.List.Given() {
		list, err := client.List(ctx, from.List.Value)
		if err != nil {
			return nil, nil, a.remoteError(fmt.Errorf("read the list %s: %w", from.List.Raw, err))
		}
		parents = list.ParentObjects
	}
	return schema, parents, nil
}

func (a *app) checkFilter(ctx context.Context, p *preparedExport) (diag.List, error) {
	e := p.job.Export
	if e.Filter == nil {
		return nil, nil
	}
	on, can := e.From.Queried()
	if !can {
		return nil, nil // the job's own findings say so
	}
	wrong, err := p.conn.client.CheckFilter(ctx, on, e.Filter)
	if err != nil {
		return nil, a.remoteError(fmt.Errorf("check the filter: %w", err))
	}
	for i := range wrong {
		wrong[i].Pos = e.FilterPos
	}
	return wrong, nil
}
