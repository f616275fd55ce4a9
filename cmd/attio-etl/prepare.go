package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"attio-etl/attio"
	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular/dataset"
)

// prepared is a job that has been checked against its files' columns and the workspace's attributes: all but the rows.
type prepared struct {
	job   *jobs.Job
	conn  *connection
	steps []*preparedStep // those to run, in order
}

// preparedStep is one import of it.
type preparedStep struct {
	jobs.Step
	source *dataset.Source
	id     string // of the source, in the run store
	schema *crm.Schema
	others map[string]*crm.Schema // of the objects that the rows refer to
	plan   *mapping.Plan
}

func (p *prepared) close() error {
	var err error
	for _, s := range p.steps {
		if s.source != nil {
			err = errors.Join(err, s.source.Close())
		}
	}
	if p.conn != nil {
		err = errors.Join(err, p.conn.close())
	}
	return err
}

// prepareJob reads the job, opens its sources and the workspace, and compiles the mappings. What is wrong with the job comes as findings, all
// at once, and then there is nothing prepared; an error is about the machine, the workspace or the selection. A job that has findings of
// its own is still taken as far as it goes, so that the rest of what is wrong shows too.
func (a *app) prepareJob(ctx context.Context, path string, sel selection) (_ *prepared, findings diag.List, err error) {
	job, findings := jobs.Load(path, a.lookup)
	if job != nil && len(job.Steps) == 0 && (job.Export != nil || len(job.Exports) > 0) && len(findings) == 0 {
		return nil, nil, exit.With(exit.Usage, fmt.Errorf("%s imports nothing", path), "export it: "+a.commandLine("export", path))
	}
	if job == nil || len(job.Steps) == 0 {
		return nil, findings, nil
	}
	p := &prepared{job: job}
	defer func() {
		if err != nil || len(findings) > 0 {
			err = errors.Join(err, p.close())
		}
	}()
	selected, err := sel.of(job)
	if err != nil {
		return nil, findings, err
	}
	for _, step := range selected {
		opened, wrong, err := a.openStep(ctx, step)
		findings = append(findings, wrong...)
		if err != nil {
			return nil, findings, err
		}
		if opened != nil {
			p.steps = append(p.steps, opened)
		}
	}
	if len(p.steps) == 0 {
		return nil, findings, nil
	}
	if p.conn, err = a.connect(ctx, job.Limits, neededScopes); err != nil {
		return nil, findings, err
	}
	for _, s := range p.steps {
		wrong, err := a.compile(ctx, p, s)
		if err != nil {
			return nil, findings, err
		}
		findings = append(findings, wrong...)
	}
	findings.Sort()
	return p, findings, nil
}

// openStep opens the source of a step; nil where it cannot be taken further, with findings that say why, unless the job's own do.
func (a *app) openStep(ctx context.Context, step jobs.Step) (*preparedStep, diag.List, error) {
	if step.Import == nil || len(step.Import.Source.Paths) == 0 || step.Import.Source.Format == "" {
		return nil, nil, nil
	}
	opened, missing, err := a.openSource(ctx, step.Import.Source)
	if opened == nil {
		return nil, missing, err
	}
	if !step.Import.Target.Given() {
		return nil, missing, opened.Close()
	}
	id, err := sourceID(step.Import.Source)
	if err != nil {
		return nil, missing, errors.Join(err, opened.Close())
	}
	return &preparedStep{Step: step, source: opened, id: id}, missing, nil
}

// compile checks a step against the workspace's attributes and makes its plan.
func (a *app) compile(ctx context.Context, p *prepared, s *preparedStep) (diag.List, error) {
	job := p.job.Of(s.Step)
	var err error
	if s.schema, err = a.schema(ctx, p.conn.client, s.Import); err != nil {
		return nil, err
	}
	if s.others, err = a.others(ctx, p.conn.client, mapping.Referenced(job, s.schema)); err != nil {
		return nil, err
	}
	var wrong diag.List
	if s.plan, wrong = mapping.Compile(job, s.source.Name(), s.source.Schema(), s.schema, s.others); s.plan != nil {
		wrong = append(mapping.CheckCreates(s.Step, s.plan, p.job.Steps), mapping.CheckEnds(s.Step, s.schema, p.upTo(s))...)
		a.noteUnlisted(s)
	}
	return wrong, nil
}

// upTo is the selected steps before a step, and itself.
func (p *prepared) upTo(s *preparedStep) (steps []jobs.Step) {
	for _, o := range p.steps {
		steps = append(steps, o.Step)
		if o == s {
			break
		}
	}
	return steps
}

// noteUnlisted says of which attributes the titles cannot be checked before they are written.
func (a *app) noteUnlisted(s *preparedStep) {
	for _, c := range s.Import.Columns {
		if attr, ok := s.schema.Attribute(c.Attribute); ok && attr.ChoicesUnknown {
			a.view.Note(fmt.Sprintf("%s: the server does not list its options; what it does with a title that is none shows when a row is written", attr.Slug))
		}
	}
}

// schema reads what rows of an import can fill, with the choices of the attributes that it maps.
func (a *app) schema(ctx context.Context, client *attio.Client, spec *jobs.Import) (*crm.Schema, error) {
	mapped := map[string]bool{}
	for _, c := range spec.Columns {
		mapped[c.Attribute] = true
	}
	switch {
	case spec.Target.List.Given():
		return a.listSchema(ctx, client, spec, mapped)
	case spec.Target.Activity != "":
		return a.activityTarget(ctx, client, spec, mapped[jobs.Assignees])
	}
	object := spec.Target.Object
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

// engines are the import engines on what was prepared, without the parts that write.
func (p *prepared) engines() importer.Steps {
	steps := make(importer.Steps, len(p.steps))
	for i, s := range p.steps {
		steps[i] = importer.Step{Name: s.Name.Value, Import: &importer.Import{
			Plan:       s.plan,
			Source:     s.source,
			Schema:     s.schema,
			Others:     s.others,
			Records:    &records{client: p.conn.client, schema: s.schema},
			Entries:    &entries{Client: p.conn.client, schema: s.schema},
			Notes:      p.conn.client,
			Tasks:      p.conn.client,
			Delete:     p.deletion(s),
			Parent:     parentObject(s.Import.Target),
			Match:      s.Import.Target.Match.Value,
			Mode:       s.Import.Target.Mode,
			Duplicates: s.Import.Duplicates,
			Diff:       s.Import.Diff,
			Limit:      s.Import.OnReject,
			Workers:    p.job.Limits.Workers,
		}}
		for n, other := range p.steps[:i] {
			if slices.ContainsFunc(s.Needs, func(need jobs.Text) bool { return need.Value == other.Name.Value }) {
				steps[i].Needs = append(steps[i].Needs, n)
			}
		}
	}
	return steps
}

// withPrepared prepares a job, shows what is wrong with it or hands it to f, and closes it.
func (a *app) withPrepared(ctx context.Context, path string, sel selection, f func(*prepared) error) (err error) {
	p, findings, err := a.prepareJob(ctx, path, sel)
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

// fingerprinted is storeRun with the fingerprints.
func (p *prepared) fingerprinted(ctx context.Context) (checkpoint.Run, error) {
	run, err := p.storeRun()
	if err != nil {
		return run, err
	}
	for i, s := range p.steps {
		if run.Steps[i].Print, err = s.source.Fingerprint(ctx); err != nil {
			return run, err
		}
	}
	return run, nil
}

// storeRun is the run as the store will know it; the fingerprints are still missing.
func (p *prepared) storeRun() (checkpoint.Run, error) {
	jobPath, err := filepath.Abs(p.job.Path)
	if err != nil {
		return checkpoint.Run{}, fmt.Errorf("find the job file: %w", err)
	}
	run := checkpoint.Run{
		Job: p.job.Name, JobPath: jobPath, JobHash: p.job.Hash, Workspace: p.conn.workspace.ID, Connection: p.conn.name,
	}
	for _, s := range p.steps {
		target, err := s.Import.Target.Target().MarshalText()
		if err != nil {
			return run, err
		}
		run.Steps = append(run.Steps, checkpoint.Step{
			Name: s.Name.Value, PlanHash: s.plan.Hash(), Source: s.id, Columns: s.source.Schema().Columns, Target: string(target),
		})
	}
	return run, nil
}
