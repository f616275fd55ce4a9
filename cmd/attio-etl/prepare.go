package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"attio-etl/attio"
	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/internal/storage"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
)

// prepared is an import that has been checked against its file's columns and the workspace's attributes: all but its rows.
type prepared struct {
	job    *jobs.Job
	source tabular.Source
	path   string // absolute path of the source
	conn   *connection
	schema *crm.Schema
	others map[string]*crm.Schema // of the objects that the rows refer to
	plan   *mapping.Plan
}

func (p *prepared) close() error {
	var err error
	if p.source != nil {
		err = p.source.Close()
	}
	if p.conn != nil {
		err = errors.Join(err, p.conn.close())
	}
	return err
}

// prepareImport reads the job, opens its source and the workspace, and compiles the mapping. What is wrong with the job comes as
// findings, all at once, and then there is nothing prepared; an error is about the machine or the workspace. A job that has findings of
// its own is still taken as far as it goes, so that the rest of what is wrong shows too.
func (a *app) prepareImport(ctx context.Context, path, source string) (_ *prepared, findings diag.List, err error) {
	job, findings := jobs.Load(path, a.lookup)
	if job == nil || job.Import == nil {
		return nil, findings, nil
	}
	p := &prepared{job: job}
	defer func() {
		if err != nil || len(findings) > 0 {
			err = errors.Join(err, p.close())
		}
	}()
	if source != "" {
		job.Import.Source.ResolvedPath = source
	} else if !job.Import.Source.Path.Given() {
		return nil, findings, nil
	}
	opened, missing := openSource(job.Import.Source)
	findings = append(findings, missing...)
	if opened == nil || !job.Import.Target.Object.Given() {
		return nil, findings, nil
	}
	p.source = opened
	if p.path, err = filepath.Abs(job.Import.Source.ResolvedPath); err != nil {
		return nil, findings, fmt.Errorf("find the source: %w", err)
	}
	if p.conn, err = a.connect(ctx, job.Limits); err != nil {
		return nil, findings, err
	}
	if p.schema, err = a.schema(ctx, p.conn.client, job); err != nil {
		return nil, findings, err
	}
	if p.others, err = a.others(ctx, p.conn.client, mapping.Referenced(job, p.schema)); err != nil {
		return nil, findings, err
	}
	var wrong diag.List
	p.plan, wrong = mapping.Compile(job, opened.Name(), opened.Schema(), p.schema, p.others)
	findings = append(findings, wrong...)
	findings.Sort()
	return p, findings, nil
}

// openSource opens the file; a finding says why it cannot be read. A rejects file is read as this program writes it, whatever the job
// says of its own source: it is an input of the same job.
func openSource(s jobs.Source) (tabular.Source, diag.List) {
	at := storage.Local(s.ResolvedPath)
	if rejects, err := csvfile.Open(at, csvfile.Options{Delimiter: ',', HeaderRow: 1}); err == nil {
		if importer.IsRejects(rejects.Schema().Columns) {
			return rejects, nil
		}
		if err := rejects.Close(); err != nil {
			return nil, diag.List{fileFinding(err)}
		}
	}
	source, err := csvfile.Open(at, csvfile.Options{Delimiter: s.CSV.Delimiter, HeaderRow: s.CSV.HeaderRow})
	if err == nil {
		return source, reservedColumn(source)
	}
	finding := fileFinding(err)
	if finding.Pos.File == "" {
		finding.Pos = s.Path.Pos
	}
	return nil, diag.List{finding}
}

// reservedColumn refuses a source whose columns its rejects file could not hold.
func reservedColumn(source tabular.Source) diag.List {
	name := importer.Reserved(source.Schema().Columns)
	if name == "" {
		return nil
	}
	return diag.List{{
		Code: "reserved-column", Pos: diag.Pos{File: source.Name(), Column: name}, Problem: "the file has a column of a name that rejects files use",
		Got: name, Hint: "rename the column",
	}}
}

// fileFinding is an error of a source as a finding.
func fileFinding(err error) diag.Finding {
	var bad *tabular.FileError
	if !errors.As(err, &bad) {
		return diag.Finding{Code: "unreadable", Problem: err.Error()}
	}
	return diag.Finding{
		Code: bad.Code, Pos: diag.Pos{File: bad.Path, Line: bad.Line}, Problem: bad.Problem, Hint: bad.Hint,
	}
}

// schema reads the attributes of the job's target, with the choices of those that the job maps.
func (a *app) schema(ctx context.Context, client *attio.Client, job *jobs.Job) (*crm.Schema, error) {
	mapped := map[string]bool{}
	for _, c := range job.Import.Columns {
		mapped[c.Attribute] = true
	}
	object := job.Import.Target.Object
	schema, err := client.Schema(ctx, crm.Target{Object: object.Value}, func(attr crm.Attribute) bool { return mapped[attr.Slug] })
	var fault *attio.Error
	if errors.As(err, &fault) && fault.FaultClass() != crm.FaultAuth && fault.Code == "not_found" {
		f := diag.Finding{
			Code: "unknown-object", Pos: object.Pos, Problem: fmt.Sprintf("the workspace has no object %q", object.Raw),
			Hint: "objects are named by slug: companies, people, deals, …",
		}
		return nil, exit.With(exit.Usage, diag.List{f}, "")
	}
	if err != nil {
		return nil, a.remoteError(fmt.Errorf("read the attributes of %s: %w", object.Raw, err))
	}
	return schema, nil
}

// others reads the attributes of objects that rows refer to, without their choices. One that the workspace lacks is left out: the
// mapping says so at its place.
func (a *app) others(ctx context.Context, client *attio.Client, objects []string) (map[string]*crm.Schema, error) {
	others := map[string]*crm.Schema{}
	for _, object := range objects {
		schema, err := client.Schema(ctx, crm.Target{Object: object}, func(crm.Attribute) bool { return false })
		if fault, ok := errors.AsType[*attio.Error](err); ok && fault.Code == "not_found" {
			continue
		}
		if err != nil {
			return nil, a.remoteError(fmt.Errorf("read the attributes of %s: %w", object, err))
		}
		others[object] = schema
	}
	return others, nil
}

// engine is the import engine on what was prepared, without the parts that write.
func (p *prepared) engine() *importer.Import {
	spec := p.job.Import
	return &importer.Import{
		Plan:       p.plan,
		Source:     p.source,
		Schema:     p.schema,
		Others:     p.others,
		Records:    &records{client: p.conn.client, schema: p.schema},
		Match:      spec.Target.Match.Value,
		Duplicates: spec.Duplicates,
		Workers:    p.job.Limits.Workers,
	}
}

// withPrepared prepares a job, shows what is wrong with it or hands it to f, and closes it.
func (a *app) withPrepared(ctx context.Context, path, source string, f func(*prepared) error) (err error) {
	p, findings, err := a.prepareImport(ctx, path, source)
	if len(findings) > 0 {
		a.view.Findings(findings)
	}
	if err != nil {
		return a.findingError(err)
	}
	if len(findings) > 0 {
		return exit.With(exit.Usage, fmt.Errorf("%s: %s; nothing was written", path, count(int64(len(findings)), "mistake")), "")
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if failed := p.cases(); len(failed) > 0 {
		a.view.Findings(failed)
		return exit.With(exit.Usage, fmt.Errorf("%s: %s of the job failed; nothing was written", path, count(int64(len(failed)), "case")), "")
	}
	return f(p)
}

// findingError shows an error that is really a list of findings.
func (a *app) findingError(err error) error {
	var list diag.List
	if !errors.As(err, &list) {
		return err
	}
	a.view.Findings(list)
	return exit.With(exit.CodeOf(err), errors.New("nothing was written"), "")
}

// storeRun is the run as the store will know it; the fingerprint is still missing.
func (p *prepared) storeRun() (checkpoint.Run, error) {
	jobPath, err := filepath.Abs(p.job.Path)
	if err != nil {
		return checkpoint.Run{}, fmt.Errorf("find the job file: %w", err)
	}
	return checkpoint.Run{
		Job: p.job.Name, JobPath: jobPath, JobHash: p.job.Hash, PlanHash: p.plan.Hash(),
		Source: p.path, Columns: p.source.Schema().Columns, Workspace: p.conn.workspace.ID, Target: p.job.Import.Target.Object.Value, Connection: p.conn.name,
	}, nil
}
