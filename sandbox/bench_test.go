package sandbox

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func company(i int) string {
	return values(`{"domains":["company-%d.example"],"name":"Company %d","description":"Makes part %d of everything",
		"categories":["B2B","Manufacturing"],"employee_range":"11-50","foundation_date":"1999-%02d-11","funding_raised_usd":%d.25,
		"primary_location":{"line_1":"1 Main St","line_2":null,"line_3":null,"line_4":null,"locality":"Town %d","region":null,
		"postcode":"%05d","country_code":"US","latitude":null,"longitude":null}}`, i, i, i, i%12+1, i%1000, i%500, i%100000)
}

func send1(b *testing.B, s *Server, method, path, body string) *httptest.ResponseRecorder {
	b.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, request(b, method, path, body, "Bearer "+goodToken))
	if w.Code != http.StatusOK {
		b.Fatal(w.Code, w.Body)
	}
	return w
}

const assertPath = "/v2/objects/companies/records?matching_attribute=domains"

// BenchmarkAssert measures one assert of an eight-attribute company with 200,000 records in the state.
func BenchmarkAssert(b *testing.B) {
	const loaded = 200_000
	s := open(b, Options{Dir: b.TempDir()}).server
	for i := range loaded {
		send1(b, s, "PUT", assertPath, company(i))
	}
	b.Run("new", func(b *testing.B) {
		start := int(s.Stats().Requests)
		for i := 0; b.Loop(); i++ {
			send1(b, s, "PUT", assertPath, company(start+i))
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			send1(b, s, "PUT", assertPath, company(i*7919%loaded))
		}
	})
	b.Run("query by domain", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			send1(b, s, "POST", "/v2/objects/companies/records/query", fmt.Sprintf(`{"filter":{"domains":"company-%d.example"}}`, i*7919%loaded))
		}
	})
	b.Run("query 100 domains", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			var or []string
			for k := range 100 {
				or = append(or, fmt.Sprintf(`{"domains":"company-%d.example"}`, (i*100+k)*7919%loaded))
			}
			send1(b, s, "POST", "/v2/objects/companies/records/query", `{"filter":{"$or":[`+strings.Join(or, ",")+`]}}`)
		}
	})
	b.Run("page at the end", func(b *testing.B) {
		for b.Loop() {
			send1(b, s, "POST", "/v2/objects/companies/records/query", fmt.Sprintf(`{"offset":%d,"sorts":[{"direction":"asc","attribute":"created_at"}]}`, loaded-500))
		}
	})
}
