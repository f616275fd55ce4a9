package jobs

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"attio-etl/internal/diag"
)

// Step is one of the things that a job does.
type Step struct {
	Name   Text   // not Given for the only step of a job without named ones
	Needs  []Text // names of the steps that have to be written before
	Import *Import
	Export *Export // one of the two
	Cases  []Case
	Pos    diag.Pos
}

// String is the step's name, empty for the only step of a job without named ones.
func (s Step) String() string { return s.Name.Value }

// Of is the job as if it had this step's import and cases alone: what mapping.Compile takes.
func (j *Job) Of(s Step) *Job {
	alone := *j
	alone.Steps, alone.Import, alone.Cases = []Step{s}, s.Import, s.Cases
	return &alone
}

// Exporting is the job as if it did nothing but the export of one of its steps, under a name of its own in the run store: as a job of its own
// would, the export goes on and is compared with its last run. False where no step of that name exports.
func (j *Job) Exporting(step string) (*Job, bool) {
	i := slices.IndexFunc(j.Exports, func(s Step) bool { return s.Name.Value == step })
	if i < 0 {
		return nil, false
	}
	alone := *j
	alone.Name, alone.Export = j.ExportName(j.Exports[i]), j.Exports[i].Export
	alone.Steps, alone.Exports, alone.Import, alone.Cases = nil, nil, nil, nil
	return &alone, true
}

// ExportName is what the run store knows the export of a step by.
func (j *Job) ExportName(s Step) string { return j.Name + "." + s.Name.Value }

// StepNames lists the names of the job's steps in the order in which they run; none for a job without named ones.
func (j *Job) StepNames() []string {
	var names []string
	for _, s := range j.Steps {
		if s.Name.Given() {
			names = append(names, s.Name.Value)
		}
	}
	return names
}

// imported reads an import; nil where there is nothing of one.
func (r *reader) imported(v value) *Import {
	i := Import{Pos: v.keyPos, Duplicates: DuplicatesReject, Diff: DiffAuto, Target: Target{Mode: ModeUpsert}}
	there := section(r, v.node, v.what, importKeys, &i)
	if resolve(v.node).Kind == yaml.MappingNode {
		r.checkMap(v, there, &i)
	}
	if len(there) == 0 {
		return nil
	}
	r.checkContent(&i)
	r.checkDeletion(&i)
	i.addParent()
	return &i
}

// steps reads the steps and puts them into the order in which they run, the imports before the exports.
func (r *reader) steps(v value) (imports, exports []Step) {
	nodes := r.list(v.node, v.what, "a list of steps, each with name and import")
	if resolve(v.node).Kind == yaml.SequenceNode && len(nodes) == 0 {
		r.findings.Add(diag.Finding{Code: CodeNoValue, Pos: v.keyPos, Problem: "steps lists no step", Want: "at least one, with name and import"})
	}
	steps := make([]Step, 0, len(nodes))
	for i, n := range nodes {
		what := stepTitle(n, i)
		s := Step{Pos: r.pos(n)}
		there := section(r, n, what, stepKeys, &s)
		if len(there) > 0 && !there["import"] && !there["export"] {
			r.findings.Add(diag.Finding{Code: CodeRequiredKey, Pos: s.Pos, Problem: what + ` has no "import": what to import, and where to`})
		}
		if there["export"] && (there["import"] || there["cases"]) {
			r.findings.Add(diag.Finding{
				Code: CodeConflict, Pos: s.Pos, Problem: what + " has both export and what belongs to an import", Hint: "make two steps of it",
			})
		}
		steps = append(steps, s)
	}
	r.checkNames(steps)
	r.checkNeeds(steps)
	r.checkExported(steps)
	for _, s := range r.ordered(steps) {
		if s.Export != nil {
			exports = append(exports, s)
		} else {
			imports = append(imports, s)
		}
	}
	return imports, exports
}

// checkExported reports imports that need an export: all exports come behind the imports.
func (r *reader) checkExported(steps []Step) {
	for _, s := range steps {
		for _, need := range s.Needs {
			if s.Export == nil && slices.ContainsFunc(steps, func(o Step) bool { return o.Export != nil && o.Name.Given() && o.Name.Value == need.Value }) {
				r.findings.Add(diag.Finding{
					Code: CodeConflict, Pos: need.Pos, Problem: "an import cannot need an export, as exports come after all imports", Got: need.Raw,
					Hint: "leave this out, or import by a job of its own afterwards",
				})
			}
		}
	}
}

// stepTitle is what findings call a step: by its name where it has one that can be read.
func stepTitle(n *yaml.Node, i int) string {
	if n = resolve(n); n.Kind == yaml.MappingNode {
		for k := 0; k+1 < len(n.Content); k += 2 {
			key, name := resolve(n.Content[k]), resolve(n.Content[k+1])
			if key.Value == "name" && name.Kind == yaml.ScalarNode && !isNull(name) && fitsName(name.Value) {
				return "steps." + name.Value
			}
		}
	}
	return fmt.Sprintf("step %d", i+1)
}

// stepName reads a step's name. Like a job's it becomes part of file names and of lines of output.
func (r *reader) stepName(v value) Text {
	if !fitsName(v.Value) {
		r.findings.Add(diag.Finding{Code: CodeUnknownChoice, Pos: v.Pos, Problem: "this cannot be a step's name", Got: v.Raw, Want: wantName})
	}
	return v.Text
}

// needs reads the names of other steps, of which one may stand without brackets.
func (r *reader) needs(v value) []Text {
	if resolve(v.node).Kind == yaml.ScalarNode {
		if t, ok := r.filled(v.node, v.what, "the name of a step, or a list of names"); ok {
			return []Text{t}
		}
		return nil
	}
	var needs []Text
	for _, n := range r.list(v.node, v.what, "a list of the names of steps") {
		if t, ok := r.filled(n, "an element of "+v.what, "the name of a step"); ok {
			needs = append(needs, t)
		}
	}
	return needs
}

// checkNames reports steps of one name. Names that differ in case only would share a rejects file where the file system ignores case.
func (r *reader) checkNames(steps []Step) {
	first := map[string]int64{}
	for _, s := range steps {
		if !s.Name.Given() {
			continue
		}
		folded := strings.ToLower(s.Name.Value)
		if line, taken := first[folded]; taken {
			r.findings.Add(diag.Finding{
				Code: CodeRepeatedStep, Pos: s.Name.Pos, Problem: "another step has this name", Got: s.Name.Raw,
				Hint: fmt.Sprintf("the first one is on line %d; upper and lower case do not count", line),
			})
			continue
		}
		first[folded] = s.Name.Pos.Line
	}
}

// checkNeeds reports needs that name no step.
func (r *reader) checkNeeds(steps []Step) {
	var names []string
	for _, s := range steps {
		if s.Name.Given() {
			names = append(names, s.Name.Value)
		}
	}
	for _, s := range steps {
		for _, need := range s.Needs {
			if slices.Contains(names, need.Value) {
				continue
			}
			others := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == s.Name.Value })
			r.findings.Add(diag.Finding{
				Code: CodeUnknownStep, Pos: need.Pos, Problem: "there is no such step", Got: need.Raw, Hint: Suggest(need.Raw, others),
			})
		}
	}
}

// ordered puts each step after those that it needs, and otherwise keeps to the file. Steps that need each other are reported and stay as
// they stand.
func (r *reader) ordered(steps []Step) []Step {
	left, run := slices.Clone(steps), make([]Step, 0, len(steps))
	waits := func(s Step) bool {
		return slices.ContainsFunc(s.Needs, func(need Text) bool {
			return slices.ContainsFunc(left, func(o Step) bool { return o.Name.Given() && o.Name.Value == need.Value })
		})
	}
	for len(left) > 0 {
		next := slices.IndexFunc(left, func(s Step) bool { return !waits(s) })
		if next < 0 {
			r.reportCycle(left)
			return append(run, left...)
		}
		run = append(run, left[next])
		left = slices.Delete(left, next, next+1)
	}
	return run
}

// reportCycle names one cycle among steps that all wait for another of them, at the need that closes it.
func (r *reader) reportCycle(steps []Step) {
	find := func(name string) int {
		return slices.IndexFunc(steps, func(s Step) bool { return s.Name.Given() && s.Name.Value == name })
	}
	var path []int
	for at := 0; ; {
		path = append(path, at)
		i := slices.IndexFunc(steps[at].Needs, func(need Text) bool { return find(need.Value) >= 0 })
		need := steps[at].Needs[i]
		at = find(need.Value)
		from := slices.Index(path, at)
		if from < 0 {
			continue
		}
		names := make([]string, 0, len(path)+1)
		for _, p := range path[from:] {
			names = append(names, steps[p].Name.Value)
		}
		f := diag.Finding{
			Code: CodeStepCycle, Pos: need.Pos, Problem: "steps need each other: " + strings.Join(append(names, names[0]), " → "),
			Hint: `leave one of these out; references that run both ways are set with "missing: defer"`,
		}
		if len(names) == 1 {
			f.Problem, f.Hint = "step "+names[0]+" needs itself", `leave this out; references among the rows of one file are set with "missing: defer"`
		}
		r.findings.Add(f)
		return
	}
}

// checkOvertaken reports a step that writes an attribute of an object which an earlier step sets by reference once all steps are written:
// the earlier step's value would be the last, against the order of the steps.
func (r *reader) checkOvertaken(steps []Step) {
	for i, later := range steps {
		for _, earlier := range steps[:i] {
			if later.Import == nil || earlier.Import == nil || later.Import.Target.Target() != earlier.Import.Target.Target() {
				continue
			}
			for _, c := range later.Import.Columns {
				if at := slices.IndexFunc(earlier.Import.Columns, func(e Column) bool {
					return e.Attribute == c.Attribute && e.Missing.Value == MissingDefer
				}); at >= 0 {
					r.findings.Add(diag.Finding{
						Code: CodeOvertaken, Pos: c.Pos,
						Problem: fmt.Sprintf("step %s sets %s of the same object with missing: defer, after this step", cmp.Or(earlier.Name.Raw, "1"), c.Attribute),
						Hint:    "map it in one of the two steps",
					})
				}
			}
		}
	}
}

// rejectLimit reads how many rows may be rejected: a number, or a share of the rows read.
func (r *reader) rejectLimit(v value, o *OnReject) {
	const want = "a whole number from 0, or a share such as 1% or 0.5%"
	o.Limit = v.Text
	number, share := strings.CutSuffix(v.Value, "%")
	var err error
	if o.Share = share; share {
		o.Percent, err = strconv.ParseFloat(number, 64)
	} else {
		o.Rows, err = strconv.ParseInt(number, 10, 64)
	}
	if err != nil || strings.Trim(number, "0123456789.") != "" || o.Percent > 100 {
		r.findings.Add(diag.Finding{Code: CodeNotANumber, Pos: v.Pos, Problem: v.what + " is no limit", Got: v.Raw, Want: want})
		*o = OnReject{}
	}
}
