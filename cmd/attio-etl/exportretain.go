package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// retain removes the job's older files, and their manifests, when there are more than it keeps. A file is the job's when its name is of the
// job's path and the manifest beside it says so; no other is ever touched.
func (e *exportRun) retain() error {
	keep := e.p.job.Export.Keep
	if keep == 0 || e.o.output != "" {
		return nil
	}
	template, err := e.p.job.PathAt(e.p.job.Export.To.Path.Value, e.stampOfTemplate())
	if err != nil {
		return err
	}
	dir, base := filepath.Split(template.Path())
	names, err := oldFiles(dir, base, e.p.job.Name)
	if err != nil {
		return fmt.Errorf("look for older files: %w", err)
	}
	for _, name := range names[:max(0, len(names)-keep)] {
		path := filepath.Join(dir, name)
		// The file goes first: one that is left without its manifest would never be looked at again.
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("remove an older file: %w", err)
		}
		if err := os.Remove(path + manifestEnding); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove an older file: %w", err)
		}
		e.record.Removed = append(e.record.Removed, path)
	}
	return nil
}

// placeholders are what those of a path match.
var placeholders = []struct{ name, pattern string }{
	{"{date}", `(?P<date>\d{4}-\d{2}-\d{2})`}, {"{time}", `(?P<time>\d{6})`}, {"{run}", `(?P<run>[0-9A-HJKMNP-TV-Z]{26})`},
}

// oldFiles lists the names of the job's files in a directory, the oldest first.
func oldFiles(dir, base, job string) ([]string, error) {
	pattern := regexp.QuoteMeta(base)
	for _, p := range placeholders {
		pattern = strings.Replace(pattern, regexp.QuoteMeta(p.name), p.pattern, 1)
		pattern = strings.ReplaceAll(pattern, regexp.QuoteMeta(p.name), strings.Replace(p.pattern, "?P<"+strings.Trim(p.name, "{}")+">", "?:", 1))
	}
	match, err := regexp.Compile("^" + pattern + "$")
	if err != nil {
		return nil, err
	}
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	type old struct {
		age  []string // what stands for the placeholders: each sorts by the time it names
		name string
	}
	var found []old
	for _, entry := range entries {
		parts := match.FindStringSubmatch(entry.Name())
		if parts == nil || !entry.Type().IsRegular() || !ownManifest(filepath.Join(dir, entry.Name()+manifestEnding), job) {
			continue
		}
		var age []string
		for _, p := range []string{"date", "time", "run"} {
			if i := match.SubexpIndex(p); i >= 0 {
				age = append(age, parts[i])
			}
		}
		found = append(found, old{age, entry.Name()})
	}
	slices.SortFunc(found, func(a, b old) int { return slices.Compare(a.age, b.age) })
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = f.name
	}
	return names, nil
}

func ownManifest(path, job string) bool {
	text, err := os.ReadFile(path)
	var m manifest
	return err == nil && json.Unmarshal(text, &m) == nil && m.Version > 0 && m.Job == job
}
