package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"attio-etl/jobs"
)

// signatureHeader carries "sha256=" and the HMAC-SHA256 of the body with the hook's secret, in hexadecimal.
const signatureHeader = "X-Attio-Etl-Signature"

// Bounds of telling somebody of an end: four attempts of ten seconds at most, with one, two and four seconds between them.
const (
	hookAttempts = 4
	hookTimeout  = 10 * time.Second
	hookPause    = time.Second
)

// tell tells whom the job names how the export ended. That it cannot be told changes nothing of how it ended: the summary warns of it.
func (e *exportRun) tell(ctx context.Context, failure error) {
	hook := e.p.job.Export.OnSuccess
	if failure != nil {
		hook = e.p.job.Export.OnFailure
		e.record.Error = failure.Error()
	}
	if !hook.URL.Given() {
		return
	}
	body, err := json.Marshal(e.record)
	if err == nil {
		err = e.post(context.WithoutCancel(ctx), hook, body, hookPause) // an interrupt is an end too
	}
	if err != nil {
		e.record.Untold = err.Error()
	}
}

// post sends a message until it is taken. The pause between attempts doubles.
func (e *exportRun) post(ctx context.Context, hook jobs.Hook, body []byte, pause time.Duration) (err error) {
	client := &http.Client{
		Transport: &http.Transport{Proxy: e.proxy()}, Timeout: hookTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a signed message goes where the job says
	}
	defer client.CloseIdleConnections()
	for attempt := 1; ; attempt++ {
		var again bool
		if again, err = postOnce(ctx, client, hook, body); err == nil || !again || attempt == hookAttempts {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-e.stopping:
			timer.Stop()
			return err
		}
		pause *= 2
	}
}

// postOnce sends a message once; again says that another attempt may fare better. Errors do not name the address, which may be secret.
func postOnce(ctx context.Context, client *http.Client, hook jobs.Hook, body []byte) (again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL.Value, bytes.NewReader(body))
	if err != nil {
		return false, errors.New("the address of the hook cannot be used")
	}
	req.Header.Set("Content-Type", "application/json")
	if hook.Secret.Given() {
		mac := hmac.New(sha256.New, []byte(hook.Secret.Value))
		mac.Write(body)
		req.Header.Set(signatureHeader, "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	resp, err := client.Do(req)
	if err != nil {
		if bare, ok := errors.AsType[*url.Error](err); ok {
			err = bare.Err
		}
		return true, fmt.Errorf("%s: %w", hook.URL, err)
	}
	if err := resp.Body.Close(); err != nil {
		return true, fmt.Errorf("%s: %w", hook.URL, err)
	}
	if resp.StatusCode/100 != 2 {
		return resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests, fmt.Errorf("%s answers %s", hook.URL, resp.Status)
	}
	return false, nil
}
