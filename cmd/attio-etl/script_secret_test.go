package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

// tokenNowhere requires that what the last command printed and no file of the script, run stores included, has the API key: tokenless.
func tokenNowhere(ts *testscript.TestScript, _ bool, _ []string) {
	token := []byte(ts.Getenv("ATTIO_API_KEY"))
	for _, output := range []string{"stdout", "stderr"} {
		if bytes.Contains([]byte(ts.ReadFile(output)), token) {
			ts.Fatalf("%s has the API key", output)
		}
	}
	files := 0
	ts.Check(filepath.WalkDir(ts.MkAbs("."), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if bytes.Contains(content, token) {
			ts.Fatalf("%s has the API key", path)
		}
		return err
	}))
	ts.Logf("%d files without the API key", files)
}
