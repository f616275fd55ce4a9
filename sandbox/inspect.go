package sandbox

import (
	"net/http"
	"strconv"
)

// inspection serves what is not part of Attio, without a token and outside limits, faults and counts:
// /_sandbox/health, /_sandbox/stats and /_sandbox/requests?since=N.
func (s *Server) inspection() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fail(w, noEndpoint(r.Method, r.URL.Path)) })
	mux.HandleFunc("GET /_sandbox/health", func(w http.ResponseWriter, _ *http.Request) {
		send(w, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /_sandbox/stats", func(w http.ResponseWriter, _ *http.Request) {
		send(w, s.Stats())
	})
	mux.HandleFunc("GET /_sandbox/requests", func(w http.ResponseWriter, r *http.Request) {
		var since int64
		if text := r.URL.Query().Get("since"); text != "" {
			var err error
			if since, err = strconv.ParseInt(text, 10, 64); err != nil || since < 0 {
				fail(w, badQuery(invalidIssue("Expected the number of a request", "since")))
				return
			}
		}
		send(w, data{s.log.since(since)})
	})
	return mux
}
