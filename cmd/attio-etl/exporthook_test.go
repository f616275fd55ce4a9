package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"attio-etl/internal/diag"
	"attio-etl/jobs"
)

// told is an export run whose ends are told to an address.
func told(address string) *exportRun {
	hook := jobs.Hook{
		URL:    jobs.Text{Value: address, Raw: "${HOOK}", Pos: diag.Pos{Line: 1}},
		Secret: jobs.Text{Value: "s3cret", Raw: "${SECRET}", Pos: diag.Pos{Line: 1}},
	}
	return &exportRun{
		app:    &app{env: env{lookup: func(string) (string, bool) { return "", false }}, stopping: make(chan struct{})},
		p:      &preparedExport{job: &jobs.Job{Export: &jobs.Export{OnFailure: hook}}},
		record: exportRecord{Type: exportType, Rows: 7},
	}
}

func TestHook(t *testing.T) {
	for _, test := range []struct {
		name     string
		statuses []int // of the answers, the last one again and again
		requests int
		untold   string
	}{
		{"taken", []int{200}, 1, ""},
		{"refused", []int{403}, 1, "${HOOK} answers 403 Forbidden"},
		{"sent elsewhere", []int{307}, 1, "${HOOK} answers 307 Temporary Redirect"},
	} {
		t.Run(test.name, func(t *testing.T) {
			requests := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				body, err := io.ReadAll(req.Body)
				if err != nil {
					t.Error(err)
				}
				mac := hmac.New(sha256.New, []byte("s3cret"))
				mac.Write(body)
				if got := req.Header.Get(signatureHeader); got != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
					t.Errorf("the signature is %q", got)
				}
				var said exportRecord
				if err := json.Unmarshal(body, &said); err != nil || said.Rows != 7 || said.Error != "it failed" {
					t.Errorf("%s: %v", body, err)
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(test.statuses[min(requests, len(test.statuses)-1)])
				requests++
			}))
			defer server.Close()
			e := told(server.URL)
			e.tell(t.Context(), errors.New("it failed"))
			if requests != test.requests || e.record.Untold != test.untold {
				t.Errorf("%d requests, %q; want %d, %q", requests, e.record.Untold, test.requests, test.untold)
			}
		})
	}
}

// A server that is not well is asked again, but not for ever.
func TestHookIsSentAgain(t *testing.T) {
	for _, test := range []struct{ sick, requests int }{{1, 2}, {3, 4}, {100, hookAttempts}} {
		requests := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if requests++; requests <= test.sick {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}))
		e := told(server.URL)
		err := e.post(t.Context(), e.p.job.Export.OnFailure, []byte("{}"), 0)
		server.Close()
		if requests != test.requests || (err == nil) != (test.sick < hookAttempts) {
			t.Errorf("%d answers of 503: %d requests, %v", test.sick, requests, err)
		}
	}
}

// Nobody is told of what the job has no address for, and an address that nobody answers shows in the summary as it stands in the job.
func TestHookThatIsNotThere(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	e := told(server.URL + "/key-in-the-path")
	close(e.stopping) // no second attempt
	e.tell(t.Context(), errors.New("it failed"))
	if !strings.Contains(e.record.Untold, "${HOOK}") || strings.Contains(e.record.Untold, "key-in-the-path") {
		t.Errorf("%q", e.record.Untold)
	}
	e.record = exportRecord{}
	if e.tell(t.Context(), nil); e.record.Untold != "" || e.record.Error != "" {
		t.Errorf("%+v", e.record)
	}
}
