package jobs

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// The choices of the keys of an export.
const (
	JoinValues = "join" // several values of a cell are one text
	JSONValues = "json" // they are the text of a JSON array
	ListValues = "list" // they are a list, in formats that have lists

	OptionTitles = "title"
	OptionIDs    = "id"

	IncrementalOff      = "off"
	IncrementalSnapshot = "snapshot" // what has changed since the last export of the job
)

// Export is one export: from where, which columns, to where.
type Export struct {
	From        Origin
	Filter      crm.Filter // nil: everything
	FilterPos   diag.Pos   // of the key "filter"
	FilterSaid  any        // as the file has it, in plain values
	Sorts       []Sort     // none: the order of creation
	Columns     []ExportColumn
	ColumnsPos  diag.Pos // of the key "columns"; without Columns it is not given: the columns are those of the schema
	To          Output
	Incremental Incremental
	Expect      Expectation
	Keep        int      // how many files to keep, this one included; 0: all
	OnSuccess   Hook     // is told of a published export
	OnFailure   Hook     // is told of any other end
	Pos         diag.Pos // of the key "export"
}

// Hook is an address that is told how an export ended.
type Hook struct {
	URL    Text // https, or http on this machine; not Given: nobody is told
	Secret Text // what signs the message; not Given: nothing does
}

// ExportColumn is one column that is asked for.
type ExportColumn struct {
	Name    Text // of the column; not Given: the path
	From    Text // path: "name.last_name", "company.domains"
	Options Text // OptionTitles or OptionIDs; not Given: titles
	Multi   Text // as Output.Multi, which it goes before
	Pos     diag.Pos
}

// Output is where rows go, and how they are written.
type Output struct {
	Path      Text           // with {date}, {time} and {run}, which PathAt replaces
	Format    tabular.Format // empty only when a finding says so
	Multi     string         // JoinValues unless given
	Separator string         // of JoinValues; "; " unless given
	Timezone  Text           // IANA name of the zone in which text formats spell times; UTC unless given

	// How files of a format are written, those of Incremental.Full too.
	CSV     CSVOutput
	XLSX    XLSXOutput
	Parquet ParquetOutput
}

// Incremental is whether the file holds everything or what has changed.
type Incremental struct {
	Mode string
	Full Text // path of a file with everything beside the one with changes; not Given: none
}

// Expectation guards a good file against being replaced by a poor one.
type Expectation struct {
	MinRows int
	MaxDrop float64 // in per cent of the rows of the last complete export; negative: not given
	DropRaw string  // as written
}

// Stamp is what the placeholders of a path stand for.
type Stamp struct{ Date, Time, Run string }

// PathAt is a path of an export, its placeholders replaced, as a location.
func (j *Job) PathAt(path string, s Stamp) (storage.Location, error) {
	l, err := storage.ParseLocation(strings.NewReplacer("{date}", s.Date, "{time}", s.Time, "{run}", s.Run).Replace(path))
	return l.In(j.Dir), err
}

// exported reads an export; nil where there is nothing of one.
func (r *reader) exported(v value) *Export {
	e := Export{Pos: v.keyPos, Expect: Expectation{MaxDrop: -1}}
	e.To = Output{Multi: JoinValues, Separator: "; "}
	e.To.CSV.Quoting, e.To.CSV.LineEnd, e.To.Parquet.Compression = QuoteNeeded, LineFeed, CompressZstd
	e.Incremental.Mode = IncrementalOff
	if there := section(r, v.node, v.what, exportKeys, &e); len(there) == 0 {
		return nil
	}
	r.checkFiltered(e)
	if e.Incremental.Mode == IncrementalSnapshot && e.To.Path.Given() {
		r.checkDeltaPath(e.To.Path)
	}
	if e.To.Format != "" {
		r.checkOutputSections(&e)
		if e.Incremental.Full.Given() {
			r.checkFull(&e)
		}
	}
	if e.Keep > 0 && e.To.Path.Given() {
		r.checkKeptPath(e.To.Path)
	}
	return &e
}

// filter reads a condition. What is wrong with it is placed at the value that is, or behind the key that is.
func (r *reader) filter(v value) (f crm.Filter, said any) {
	said, ok := r.plain(v.node, v.what, 0)
	if !ok {
		return nil, nil
	}
	f, err := crm.ParseFilter(said)
	if wrong, is := errors.AsType[*crm.FilterError](err); is {
		r.findings.Add(diag.Finding{
			Code: CodeFilter, Pos: r.pos(descend(v.node, wrong.Path)), Problem: v.what + ": " + wrong.Problem, Want: wrong.Want,
		})
		return nil, nil
	}
	return f, said
}

// maxNesting bounds how deep a filter is followed; crm.ParseFilter refuses such a one.
const maxNesting = 100

// plain is a node as plain Go values, with variables replaced.
func (r *reader) plain(n *yaml.Node, what string, depth int) (any, bool) {
	use := n
	n = resolve(n)
	if depth > maxNesting {
		r.findings.Add(diag.Finding{Code: CodeFilter, Pos: r.pos(use), Problem: what + " is nested too deep"})
		return nil, false
	}
	switch n.Kind {
	case yaml.MappingNode:
		pairs, ok := r.pairs(use, what, "a mapping")
		m := make(map[string]any, len(pairs))
		for _, p := range pairs {
			one, good := r.plain(p.node, what+"."+p.name, depth+1)
			m[p.name], ok = one, ok && good
		}
		return m, ok
	case yaml.SequenceNode:
		list, ok := make([]any, len(n.Content)), true
		for i, e := range n.Content {
			one, good := r.plain(e, fmt.Sprintf("%s.%d", what, i), depth+1)
			list[i], ok = one, ok && good
		}
		return list, ok
	default:
		if n.Tag == "!!str" {
			t, ok := r.text(use, what, "a text")
			return t.Value, ok
		}
		var v any
		if err := n.Decode(&v); err != nil {
			r.findings.Add(diag.Finding{Code: CodeWrongKind, Pos: r.pos(use), Problem: what + " cannot be read", Got: n.Value, Hint: "put it in quotes"})
			return nil, false
		}
		return v, true
	}
}

// descend is the node to which keys and indexes lead, or the last one on the way that is there.
func descend(n *yaml.Node, path []string) *yaml.Node {
	for _, step := range path {
		next := child(resolve(n), step)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

func child(n *yaml.Node, step string) *yaml.Node {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if resolve(n.Content[i]).Value == step {
				return n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	default:
	}
	return nil
}

// exportColumns reads the columns: paths, or mappings with a path.
func (r *reader) exportColumns(v value) []ExportColumn {
	var all []ExportColumn
	nodes := r.list(v.node, v.what, "a list of paths such as name.full_name, or of {name: …, from: …}")
	if resolve(v.node).Kind == yaml.SequenceNode && len(nodes) == 0 {
		r.findings.Add(diag.Finding{Code: CodeNoValue, Pos: r.pos(v.node), Problem: v.what + " lists no column", Hint: "leave it out for all columns"})
	}
	for i, n := range nodes {
		c := ExportColumn{Pos: r.pos(n), Options: Text{Value: OptionTitles}}
		if what := fmt.Sprintf("column %d", i+1); resolve(n).Kind == yaml.MappingNode {
			section(r, n, what, exportColumnKeys, &c)
		} else if t, ok := r.filled(n, what, "a path such as name.full_name"); ok {
			c.From = t
		}
		if c.From.Given() {
			all = append(all, c)
		}
	}
	return all
}

// output reads where rows go.
func (r *reader) output(v value, o *Output) {
	there := section(r, v.node, v.what, outputKeys, o)
	if !o.Path.Given() {
		return
	}
	if !there["format"] {
		o.Format = r.outputFormat(o.Path)
	}
	if o.Multi == ListValues {
		r.checkLists(v, *o)
	}
}

func (r *reader) checkLists(v value, o Output) {
	if o.Format != "" && !HasLists(o.Format) {
		r.findings.Add(diag.Finding{
			Code: CodeConflict, Pos: v.keyPos, Problem: string(o.Format) + " has no lists", Hint: "write multi: join or multi: json, or a format that has: parquet, jsonl",
		})
	}
}

// HasLists reports whether a cell of a format can be a list.
func HasLists(f tabular.Format) bool { return f == tabular.Parquet || f == tabular.JSONL }

// outputPath checks the placeholders of a path and that it names something that can be written.
func (r *reader) outputPath(t Text) Text {
	left := strings.NewReplacer("{date}", "", "{time}", "", "{run}", "").Replace(t.Value)
	if strings.ContainsAny(left, "{}") {
		r.findings.Add(diag.Finding{
			Code: CodeUnknownChoice, Pos: t.Pos, Problem: "the path has a placeholder that nothing stands for", Got: t.Raw, Want: "{date}, {time} or {run}",
		})
		return Text{}
	}
	l, err := storage.ParseLocation(left)
	if err == nil && l.IsStandard() {
		err = errors.New("an export is published whole, which standard output cannot be")
	}
	if err != nil {
		r.findings.Add(diag.Finding{Code: CodeUnknownChoice, Pos: t.Pos, Problem: "this names no file: " + err.Error(), Got: t.Raw})
		return Text{}
	}
	return t
}

// outputFormat is the format that the ending of a path stands for.
func (r *reader) outputFormat(t Text) tabular.Format {
	const want = "a path that ends in .csv, .tsv, .xlsx, .parquet or .jsonl, behind it .gz or .zst if it is to be compressed"
	l, err := storage.ParseLocation(t.Value)
	format, ok := tabular.FormatOf(l.Base())
	if err != nil || !ok || format == tabular.JSON {
		r.findings.Add(diag.Finding{
			Code: CodeUnknownChoice, Pos: t.Pos, Problem: "the ending of the path tells no format that can be written", Got: t.Raw, Want: want,
			Hint: `or add "format: csv", or whatever it is, to export.to`,
		})
		return ""
	}
	return format
}

// checkDeltaPath refuses a path that a later run would write again: a file of changes that nobody has read yet would be gone.
func (r *reader) checkDeltaPath(t Text) {
	if strings.Contains(t.Value, "{run}") || (strings.Contains(t.Value, "{date}") && strings.Contains(t.Value, "{time}")) {
		return
	}
	r.findings.Add(diag.Finding{
		Code: CodeConflict, Pos: t.Pos, Problem: "with incremental: snapshot the next run would replace the changes of this one", Got: t.Raw,
		Want: "a path with {run}, or with {date} and {time}",
	})
}

// checkKeptPath refuses a path from which older files of the job could not be told, or be told from those of others.
func (r *reader) checkKeptPath(t Text) {
	l, err := storage.ParseLocation(t.Value)
	dir, base := filepath.Split(l.Path())
	if err == nil && l.Path() != "" && strings.Contains(base, "{") && !strings.Contains(dir, "{") {
		return
	}
	r.findings.Add(diag.Finding{
		Code: CodeConflict, Pos: t.Pos, Problem: "keep cannot tell the older files of the job by this path", Got: t.Raw,
		Want: "a file of this machine with {date}, {time} or {run} in its name, and none in its directory",
	})
}

// hook reads whom to tell.
func (r *reader) hook(v value) (h Hook) {
	section(r, v.node, v.what, hookKeys, &h)
	return h
}

// hookURL refuses an address to which a message would travel in the clear. The address may be secret: messages show it as written.
func (r *reader) hookURL(t Text) Text {
	u, err := url.Parse(t.Value)
	if err == nil && u.Hostname() != "" && (u.Scheme == "https" || (u.Scheme == "http" && isLoopback(u.Hostname()))) {
		return t
	}
	r.findings.Add(diag.Finding{Code: CodeUnknownChoice, Pos: t.Pos, Problem: "this is no address that can be told", Got: t.Raw, Want: "https://…, or http:// on this machine"})
	return Text{}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// secret refuses one that stands in the file.
func (r *reader) secret(t Text) Text {
	if t.Value == t.Raw {
		r.findings.Add(diag.Finding{Code: CodeUnknownChoice, Pos: t.Pos, Problem: "a secret does not belong in a job file", Want: "${NAME}, which reads it from the environment"})
		return Text{}
	}
	return t
}

// maxDrop reads a share in per cent.
func (r *reader) maxDrop(v value, e *Expectation) {
	number, isShare := strings.CutSuffix(v.Value, "%")
	share, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if !isShare || err != nil || share < 0 || share > 100 || math.IsNaN(share) {
		r.findings.Add(diag.Finding{Code: CodeNotANumber, Pos: v.Pos, Problem: v.what + " is no share", Got: v.Raw, Want: "a share from 0% to 100%, such as 5%"})
		return
	}
	e.MaxDrop, e.DropRaw = share, v.Raw
}

// incremental reads the mode alone, or a mapping of it.
func (r *reader) incremental(v value, i *Incremental) {
	if resolve(v.node).Kind == yaml.MappingNode {
		section(r, v.node, v.what, incrementalKeys, i)
	} else if t, ok := r.choice(v.node, v.what, []string{IncrementalOff, IncrementalSnapshot}, nil); ok {
		i.Mode = t.Value
	}
	if i.Full.Given() && i.Mode == IncrementalOff {
		r.findings.Add(diag.Finding{
			Code: CodeConflict, Pos: i.Full.Pos, Problem: "full goes with mode: snapshot", Hint: "leave it out: the file holds everything as it is",
		})
	}
}
