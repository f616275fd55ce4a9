package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func company(i int) string {
	return values(`{"domains":["company-%d.example"],"name":"Company %d","description":"Makes part %d of everything",
		"categories":["B2B","Manufacturing"],"employee_range":"11-50","foundation_date":"1999-%02d-11","funding_raised_usd":%d.25,
		"primary_location":{"line_1":"1 Main St","line_2":null,"line_3":null,"line_4":null,"locality":"Town %d","region":null,
		"postcode":"%05d","country_code":"US","latitude":null,"longitude":null}}`, i, i, i, i%12+1, i%1000, i%500, i%100000)
}

// writeCompanies writes the state of a workspace with n companies, each as company(i) makes it.
func writeCompanies(w io.Writer, schema string, n int) error {
	out := bufio.NewWriter(w)
	begin, end, _ := strings.Cut(schema, "\"records\":[")
	_, err := fmt.Fprintf(out, "%s\"records\":[", begin)
	separator := ""
	for i := range n {
		_, failed := fmt.Fprintf(out, separator+`
{"object":"companies","id":%q,"created_at":%q,"values":{"domains":[{"value":{"domain":"company-%d.example","root_domain":"company-%d.example"}}],
"name":[{"value":{"value":"Company %d"}}],"description":[{"value":{"value":"Makes part %d of everything"}}],"categories":[{"value":{"option":"B2B"}},{"value":{"option":"Manufacturing"}}],
"employee_range":[{"value":{"option":"11-50"}}],"foundation_date":[{"value":{"value":"1999-%02d-11"}}],"funding_raised_usd":[{"value":{"currency_code":"USD","currency_value":%d.25}}],
"primary_location":[{"value":{"line_1":"1 Main St","line_2":null,"line_3":null,"line_4":null,"locality":"Town %d","region":null,"postcode":"%05d","country_code":"US","latitude":null,"longitude":null}}]}}`,
			uuid.NewSHA1(uuid.NameSpaceURL, fmt.Append(nil, i)), formatTime(seedTime+int64(i)*int64(time.Millisecond)), i, i, i, i, i%12+1, i%1000, i%500, i%100000)
		err = errors.Join(err, failed)
		separator = ","
	}
	_, failed := out.WriteString(end)
	return errors.Join(err, failed, out.Flush())
}

// loadCompanies imports a state with n companies.
func loadCompanies(tb testing.TB, s *Server, n int) {
	tb.Helper()
	var schema strings.Builder
	if err := s.ExportState(context.Background(), &schema, ExportOptions{}); err != nil {
		tb.Fatal(err)
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(writeCompanies(w, schema.String(), n)) }()
	if err := s.ImportState(context.Background(), r); err != nil {
		tb.Fatal(err)
	}
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

const (
	companiesPath = "/v2/objects/companies/records"
	assertPath    = companiesPath + "?matching_attribute=domains"
)

// BenchmarkSizes measures what must not depend on how much is stored: an assert of a company with eight attributes, look-ups, and pages
// anywhere. With 1,000,000 records it needs 2.5 GB of disk and some minutes to load.
func BenchmarkSizes(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := open(b, Options{Dir: b.TempDir()}).server
			start := time.Now()
			loadCompanies(b, s, n)
			b.Logf("loaded %d records in %v", n, time.Since(start).Round(time.Millisecond))
			next := n
			b.Run("assert new", func(b *testing.B) {
				for b.Loop() {
					send1(b, s, "PUT", assertPath, company(next))
					next++
				}
			})
			b.Run("assert unchanged", func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					send1(b, s, "PUT", assertPath, company(i*7919%n))
				}
			})
			b.Run("query by domain", func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					send1(b, s, "POST", companiesPath+"/query", fmt.Sprintf(`{"filter":{"domains":"company-%d.example"}}`, i*7919%n))
				}
			})
			b.Run("query 100 domains", func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					var or []string
					for k := range 100 {
						or = append(or, fmt.Sprintf(`{"domains":"company-%d.example"}`, (i*100+k)*7919%n))
					}
					send1(b, s, "POST", companiesPath+"/query", `{"filter":{"$or":[`+strings.Join(or, ",")+`]}}`)
				}
			})
			for name, offset := range map[string]int{"first page": 0, "last page": n - maxPage} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						send1(b, s, "POST", companiesPath+"/query", fmt.Sprintf(`{"offset":%d,"sorts":[{"direction":"asc","attribute":"created_at"}]}`, offset))
					}
				})
			}
			b.Run("page by created_at", func(b *testing.B) {
				from := formatTime(seedTime + int64(n/2)*int64(time.Millisecond))
				for b.Loop() {
					send1(b, s, "POST", companiesPath+"/query", fmt.Sprintf(`{"filter":{"created_at":{"$gte":%q}},"limit":100,"sorts":[{"direction":"asc","attribute":"created_at"}]}`, from))
				}
			})
			b.Run("export of all pages", func(b *testing.B) {
				for b.Loop() {
					for offset := 0; offset < n; offset += maxPage {
						send1(b, s, "POST", companiesPath+"/query", fmt.Sprintf(`{"offset":%d,"sorts":[{"direction":"asc","attribute":"created_at"}]}`, offset))
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/record")
			})
		})
	}
}
