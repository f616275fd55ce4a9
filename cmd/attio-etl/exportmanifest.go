package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"attio-etl/exporter"
	"attio-etl/internal/storage"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

// manifestEnding is what the name of a manifest has behind that of its file.
const manifestEnding = ".manifest.json"

// manifest tells what an exported file holds. Fields are only ever added.
type manifest struct {
	Version    int               `json:"manifest"`
	Job        string            `json:"job"`
	JobSHA256  string            `json:"job_sha256"`
	Run        string            `json:"run"`
	Workspace  string            `json:"workspace"`
	Connection string            `json:"connection"`
	From       string            `json:"from"`
	Selection  map[string]string `json:"selection,omitempty"` // which notes, tasks or comments
	Filter     any               `json:"filter,omitempty"`
	Sorts      []sortRecord      `json:"sorts,omitempty"` // none: the order of creation
	Columns    []mapping.Stated  `json:"columns"`
	Schema     string            `json:"schema_sha256"` // of job, attributes and columns
	File       string            `json:"file"`
	Format     tabular.Format    `json:"format"`
	Bytes      int64             `json:"bytes,omitempty"`
	SHA256     string            `json:"sha256,omitempty"` // of the file, of local files only
	Rows       int64             `json:"rows"`             // of the export; a file of changes has as many as changes say
	Changes    *exporter.Changes `json:"changes,omitempty"`
	Pages      int64             `json:"pages"`
	Repeated   int64             `json:"duplicates_dropped"`
	Bridges    int64             `json:"bridges"` // pages read again because the list moved
	Unread     map[string]int64  `json:"unread,omitempty"`
	Started    time.Time         `json:"started"`
	Ended      time.Time         `json:"ended"`
	Complete   bool              `json:"complete"`
	Why        string            `json:"why"` // it is complete, or not
}

// selectionOf is which of an activity are exported, as the job says it.
func selectionOf(o jobs.Origin) map[string]string {
	said := map[string]string{
		"object": o.Of.Object.Value, "list": o.Of.List.Value, "record": o.Of.Record.Value, "assignee": o.Of.Assignee.Value,
		"linked.object": o.Of.Linked.Object.Value, "linked.record": o.Of.Linked.Record.Value,
	}
	if o.Of.Completed.Pos.Line > 0 {
		said["completed"] = strconv.FormatBool(o.Of.Completed.Value)
	}
	maps.DeleteFunc(said, func(_, value string) bool { return value == "" })
	return said
}

// sortRecord is one key of the order of the rows.
type sortRecord struct {
	Attribute string `json:"attribute"` // path
	Direction string `json:"direction"`
}

func sortRecords(sorts []jobs.Sort) []sortRecord {
	var all []sortRecord
	for _, s := range sorts {
		all = append(all, sortRecord{Attribute: s.From.Value, Direction: s.Direction})
	}
	return all
}

// writeManifest puts the manifest beside a file that has just been published.
func (e *exportRun) writeManifest(ctx context.Context, l storage.Location) error {
	m := manifest{
		Version: 1, Job: e.p.job.Name, JobSHA256: e.p.job.Hash, Run: e.stored.ID, Workspace: e.p.conn.workspace.ID, Connection: e.p.conn.name,
		From: e.p.job.Export.From.String(), Selection: selectionOf(e.p.job.Export.From), Filter: e.p.job.Export.FilterSaid, Sorts: sortRecords(e.p.job.Export.Sorts), Columns: e.p.flat.Stated(), Schema: e.p.flat.Digest(),
		File: l.String(), Format: e.p.job.Export.To.Format, Rows: e.record.Rows, Changes: e.record.Changes, Pages: e.record.Pages.Requests,
		Repeated: e.record.Pages.Repeated, Bridges: e.record.Pages.Bridges, Unread: e.record.Unread, Started: e.stored.Started, Ended: time.Now().UTC(),
		Complete: len(e.record.Unread) == 0,
		Why:      e.why,
	}
	if !m.Complete {
		m.Why = "every row is there, but this program cannot read some values of the attributes under unread"
	}
	var err error
	if path := l.Path(); path != "" {
		if m.Bytes, m.SHA256, err = sumOf(path); err != nil {
			return err
		}
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	to := l.Beside(manifestEnding)
	e.record.Manifest = to.String()
	out, err := e.files.Create(ctx, to)
	if err != nil {
		return err
	}
	if _, err := out.Write(text.Bytes()); err != nil {
		return errors.Join(fmt.Errorf("write the manifest: %w", err), out.Abort())
	}
	e.reach("before-manifest")
	return out.Commit()
}

// sumOf is the size of a file and its SHA-256.
func sumOf(path string) (size int64, sum string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, "", fmt.Errorf("read what was written: %w", err)
	}
	defer file.Close() //nolint:errcheck // opened for reading: nothing can be lost
	h := sha256.New()
	if size, err = io.Copy(h, file); err != nil {
		return 0, "", fmt.Errorf("read what was written: %w", err)
	}
	return size, hex.EncodeToString(h.Sum(nil)), nil
}

// absolute is the path of a local file whatever the directory of the process, and any other location as it is.
func absolute(l storage.Location) (string, error) {
	if l.Path() == "" {
		return l.String(), nil
	}
	path, err := filepath.Abs(l.Path())
	if err != nil {
		return "", fmt.Errorf("find %s: %w", l, err)
	}
	return path, nil
}
