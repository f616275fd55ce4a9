package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// reply is a whole answer before it is sent, so that a fault can still lose or halve it. It is the http.ResponseWriter of the routes.
type reply struct {
	status int
	header http.Header
	body   bytes.Buffer
	face   face
}

func newReply(f face) *reply { return &reply{status: http.StatusOK, header: http.Header{}, face: f} }

// Header is the header of the answer.
func (out *reply) Header() http.Header { return out.header }

// WriteHeader keeps the status.
func (out *reply) WriteHeader(status int) { out.status = status }

func (out *reply) Write(p []byte) (int, error) { return out.body.Write(p) }

func (out *reply) json(status int, v any) {
	text, ok := v.(finished)
	var err error
	if !ok {
		text, err = json.Marshal(v)
	}
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"status_code":500,"type":"api_error","code":"internal_error","message":"encoding failed"}`)
	}
	out.status = status
	out.header.Set("Content-Type", "application/json; charset=utf-8")
	out.body.Reset()
	out.body.Write(text)
}

// fail answers with the body of an apiError; any other error is a fault of the sandbox itself.
func (out *reply) fail(err error) {
	var e *apiError
	if !errors.As(err, &e) {
		e = internalError(err)
	}
	out.json(out.face.failure(e))
}

// throttle is the 429 of contract §2. The time is rounded up to the whole second, so that waiting for it is enough.
func (out *reply) throttle(free, now time.Time, form RetryAfter) {
	out.fail(rateLimited())
	out.header.Set("Retry-After", retryAfter(free, now, form))
}

func retryAfter(free, now time.Time, form RetryAfter) string {
	if form == RetryAfterSeconds {
		return strconv.Itoa(int((free.Sub(now) + time.Second - 1) / time.Second))
	}
	return ceilSecond(free).UTC().Format(http.TimeFormat)
}

func ceilSecond(t time.Time) time.Time {
	whole := t.Truncate(time.Second)
	if whole.Before(t) {
		whole = whole.Add(time.Second)
	}
	return whole
}

// copyTo hands the answer of one endpoint to the writer of the route.
func (out *reply) copyTo(w http.ResponseWriter) {
	maps.Copy(w.Header(), out.header)
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body.Bytes()) // nobody is left to tell
}
