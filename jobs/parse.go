package jobs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"attio-etl/internal/diag"
)

// Load reads the job file at a path. See Parse.
func Load(path string, lookup func(name string) (string, bool)) (*Job, diag.List) {
	data, err := read(path)
	if err != nil {
		f := diag.Finding{Code: CodeUnreadable, Pos: diag.Pos{File: path}, Problem: "the job file cannot be read: " + err.Error()}
		if errors.Is(err, fs.ErrNotExist) {
			f.Problem, f.Hint = "there is no such job file", "check the path"
		}
		return nil, diag.List{f}
	}
	return Parse(path, data, lookup)
}

// read reads a file, but no more of it than Parse needs to refuse it for its size.
func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading: nothing can be lost
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	return data, cause(err)
}

// cause is the error without the path, which the finding shows already.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// Parse reads a job file's bytes. Path is what findings call it and what its relative paths start from; lookup finds what
// ${NAME} stands for, and may be nil where nothing does.
//
// A job with findings must not be run. It is returned as far as it could be read, so that mapping.Compile finds the rest of what
// is wrong with it in the same go, and is nil only where the bytes are no YAML mapping. Findings are ordered by position.
func Parse(path string, data []byte, lookup func(name string) (string, bool)) (*Job, diag.List) {
	if lookup == nil {
		lookup = func(string) (string, bool) { return "", false }
	}
	r := &reader{file: path, data: data, lookup: lookup}
	j := r.job(path, data)
	r.findings.Sort()
	return j, r.findings
}

func (r *reader) job(path string, data []byte) *Job {
	root := r.root(data)
	if root == nil {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		r.wrongKind(root, "the job", `a mapping that starts with "version: 1"`)
		return nil
	}
	sum := sha256.Sum256(data)
	base := filepath.Base(path)
	j := &Job{
		Path: path, Dir: filepath.Dir(path), Hash: hex.EncodeToString(sum[:]),
		Name:     strings.TrimSuffix(base, filepath.Ext(base)),
		Defaults: Defaults{Blank: BlankIgnore},
	}
	there := section(r, root, "", jobKeys, j)
	r.checkJob(root, j, there)
	for i := range j.Steps {
		if s := &j.Steps[i]; s.Import != nil {
			j.applyDefaults(s.Import)
		}
	}
	r.checkOvertaken(j.Steps)
	return j
}

// checkJob reports a job that does not say what it does, or says it twice, and makes a step of the import of one without steps.
func (r *reader) checkJob(root *yaml.Node, j *Job, there map[string]bool) {
	if there["export"] && (there["import"] || there["steps"] || there["cases"]) {
		r.findings.Add(diag.Finding{
			Code: CodeConflict, Pos: r.pos(root), Problem: "the job has both export and what belongs to an import", Hint: "export by a job of its own",
		})
	}
	switch {
	case there["import"] && there["steps"]:
		r.findings.Add(diag.Finding{
			Code: CodeConflict, Pos: r.pos(root), Problem: "the job has both import and steps", Hint: "make the import one of the steps",
		})
	case there["steps"]:
		if there["cases"] {
			pos := r.pos(root)
			if len(j.Cases) > 0 {
				pos = j.Cases[0].Pos
			}
			r.findings.Add(diag.Finding{
				Code: CodeConflict, Pos: pos, Problem: "the job has both steps and cases", Hint: "move the cases into the step that they are about",
			})
		}
	case !there["import"] && !there["export"]:
		r.findings.Add(diag.Finding{
			Code: CodeRequiredKey, Pos: r.pos(root), Problem: `the job has no "import": what to import, and where to`,
			Hint: `or "steps", for several imports`,
		})
	}
	if len(j.Steps) == 0 && j.Import != nil {
		j.Steps = []Step{{Import: j.Import, Cases: j.Cases, Pos: j.Import.Pos}}
	}
}

// applyDefaults completes the columns and the paths of an import, once all sections have been read in whatever order the file has them.
func (j *Job) applyDefaults(i *Import) {
	for n := range i.Source.Paths {
		p := &i.Source.Paths[n]
		p.Location = p.Location.In(j.Dir)
	}
	for n := range i.Columns {
		c := &i.Columns[n]
		if c.Trim.Pos.Line == 0 {
			c.Trim.Value = j.Defaults.Trim
		}
		inherit(&c.Blank, j.Defaults.Blank)
		inherit(&c.Decimal, j.Defaults.Decimal)
		c.NullValues = slices.Concat(j.Defaults.NullValues, c.NullValues)
		inherit(&c.Timezone, j.Defaults.Timezone.Value)
		inherit(&c.Country, j.Defaults.Country.Value)
		inherit(&c.Write, WriteAlways)
		inherit(&c.Multi, MultiReplace)
		inherit(&c.UnknownOption, UnknownOptionReject)
		inherit(&c.Missing, MissingReject)
	}
}

// inherit gives a text that the file lacks the value that holds then. It stays not Given.
func inherit(t *Text, value string) {
	if !t.Given() {
		t.Value = value
	}
}
