package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"attio-etl/importer"
)

// verifyType is the type of a verifyRecord.
const verifyType = "verify"

// verifyRecord is what a look at what a run wrote has found: the last line of verify's JSON output. Fields are only ever added.
type verifyRecord struct {
	Type string `json:"type"`
	Job  string `json:"job"`
	Run  string `json:"run"`
	At   string `json:"at"`
	importer.Verified
	ElapsedMS int64 `json:"elapsed_ms"`
	ExitCode  int   `json:"exit_code"`
}

func (v *jsonView) Verified(r verifyRecord) { v.line(r) }

func (v *humanView) Verified(r verifyRecord) {
	fmt.Fprintf(v.a.stdout, "verify run %s: %s\n", r.Run, r.counts())
}

// counts says what was found, leaving out what did not occur.
func (r verifyRecord) counts() string {
	var parts []string
	for _, c := range []struct {
		n    int64
		what string
	}{{r.Same, "as they should be"}, {r.Differ, "different"}, {r.Uncompared, "not compared, as several rows write their record"}, {r.Rejected, "rejected by the run"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	text := fmt.Sprintf("%d looked at", r.Rows)
	if len(parts) > 0 {
		text += " = " + strings.Join(parts, " + ")
	}
	return text
}

// verifiedText is the last verification of a run as text; empty where there was none.
func verifiedText(stored json.RawMessage) string {
	var r verifyRecord
	if len(stored) == 0 || json.Unmarshal(stored, &r) != nil {
		return ""
	}
	return r.At + ": " + r.counts()
}
