package sandbox

import (
	"bytes"
	"net/http"
	"strconv"
)

// inspection serves what is not part of Attio, without a token and outside limits, faults and counts; no path of the API begins with
// /_sandbox.
func (s *Server) inspection() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fail(w, noEndpoint(r.Method, r.URL.Path)) })
	mux.HandleFunc("GET /_sandbox/health", func(w http.ResponseWriter, _ *http.Request) {
		send(w, map[string]string{"status": "ok", "contract": string(s.options.Contract)})
	})
	mux.HandleFunc("GET /_sandbox/stats", func(w http.ResponseWriter, _ *http.Request) {
		send(w, s.Stats())
	})
	mux.HandleFunc("GET /_sandbox/requests", s.showRequests)
	mux.HandleFunc("GET /_sandbox/state", s.showState)
	mux.HandleFunc("PUT /_sandbox/state", s.takeState)
	mux.HandleFunc("PUT /_sandbox/faults", s.takeFaults)
	return mux
}

// fail answers in the way of the published API, whatever contract is served.
func fail(w http.ResponseWriter, err error) {
	out := newReply(current{})
	out.fail(err)
	out.copyTo(w)
}

// showRequests lists the log from the request after the number since.
func (s *Server) showRequests(w http.ResponseWriter, r *http.Request) {
	var since int64
	if text := r.URL.Query().Get("since"); text != "" {
		var err error
		if since, err = strconv.ParseInt(text, 10, 64); err != nil || since < 0 {
			fail(w, badQuery(invalidIssue("Expected the number of a request", "since")))
			return
		}
	}
	send(w, data{s.log.since(since)})
}

// showState is ExportState; ?comparable=true is its option.
func (s *Server) showState(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	if err := s.ExportState(r.Context(), &b, ExportOptions{Comparable: r.URL.Query().Get("comparable") == "true"}); err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // nobody is left to tell
}

// takeState is ImportState.
func (s *Server) takeState(w http.ResponseWriter, r *http.Request) {
	if err := s.ImportState(r.Context(), r.Body); err != nil {
		fail(w, badRequest(codeValidation, "%v", err))
		return
	}
	send(w, struct{}{})
}

// takeFaults replaces the faults by those of a scenario; their counts begin anew. The rest of a scenario is decided when the
// sandbox starts.
func (s *Server) takeFaults(w http.ResponseWriter, r *http.Request) {
	scenario, err := LoadScenario(r.Body)
	if err == nil {
		var next *faults
		if next, err = newFaults(scenario.Faults, s.options.Rate); err == nil {
			s.faults.replace(next)
			s.limiter.use(s.options.Rate)
		}
	}
	if err != nil {
		fail(w, badRequest(codeValidation, "%v", err))
		return
	}
	send(w, struct{}{})
}
