package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding/charmap"
)

// The move of a CRM: what its export of companies, people, deals and notes looks like, with mistakes of the usual kinds on ten rows each of the first three. A mistake
// is such that replacing a text mends it (see mendings).
const (
	storyCompanies = 80
	storyPeople    = 160
	storyDeals     = 50
	storyNotes     = 70
	storyMistakes  = 10 // in each of the first three
)

// mendings are what a person would do to the rejected rows.
var mendings = strings.NewReplacer(" at ", "@", "-02-31", "-02-28", "O,", ",")

// writeExport writes the files of the CRM that is left: crm-export. Companies come as UTF-8 with a byte order mark, people with quoted line
// breaks, deals separated by semicolons in Windows-1252 with German amounts, notes with a time zone of their own.
func writeExport(ts *testscript.TestScript, _ bool, _ []string) {
	companies := [][]string{{"Record ID", "Company name", "Company Domain Name", "Number of Employees", "Create Date", "City", "Country/Region", "Lead Status"}}
	for i := range storyCompanies {
		row := []string{
			fmt.Sprint(9007199254740993 + i), fmt.Sprintf("Société %d & Söhne", i), fmt.Sprintf("https://www.company-%d.example/", i),
			[]string{"1-10", "11-50", "51-250"}[i%3], fmt.Sprintf("2019-%02d-%02d", 1+i%12, 1+i%28), "München", "DE", []string{"New", "Qualified", ""}[i%3],
		}
		if i%8 == 5 { // 10 of them
			row[4] = "2019-02-31"
		}
		companies = append(companies, row)
	}
	people := [][]string{{"First Name", "Last Name", "Email", "Job Title", "Associated Company"}}
	for i := range storyPeople {
		row := []string{
			fmt.Sprintf("Zoë %d", i), "O'Hara", storyPerson(i), "Head of \"Sales\"\nand more", storyCompany(i),
		}
		if i%16 == 15 { // 10 of them
			row[2] = strings.Replace(row[2], "@", " at ", 1)
		}
		people = append(people, row)
	}
	deals := [][]string{{"Deal Name", "Deal Stage", "Amount", "Deal owner", "Company"}}
	for i := range storyDeals {
		row := []string{
			fmt.Sprintf("Größe %d", i), []string{"Lead", "In Progress", "Lost"}[i%3], fmt.Sprintf("%d.%03d,50", 1+i%9, i), "grace@sandbox.example",
			storyCompany(i),
		}
		if i%5 == 3 { // 10 of them
			row[2] = strings.Replace(row[2], ",", "O,", 1)
		}
		deals = append(deals, row)
	}
	leads, notes := [][]string{{"Company", "Comment"}}, [][]string{{"Email", "Subject", "Body", "Activity date"}}
	for i := range storyDeals {
		leads = append(leads, []string{storyCompany(i), fmt.Sprintf("Lead %d", i)})
	}
	for i := range storyNotes {
		note := []string{storyPerson(i % 50 * 2), fmt.Sprintf("Call %d", i), "Wants *more*.\nCalls again.", fmt.Sprintf("2024-07-%02d 09:30", 1+i%28)}
		if i%10 == 9 { // the same twice
			note = notes[len(notes)-1]
		}
		notes = append(notes, note)
	}
	write := func(name string, data []byte) { ts.Check(os.WriteFile(ts.MkAbs(name), data, 0o600)) }
	write("companies.csv", append([]byte("\ufeff"), storyTable(ts, companies, ',')...))
	write("people.csv", storyTable(ts, people, ','))
	narrow, err := charmap.Windows1252.NewEncoder().Bytes(storyTable(ts, deals, ';'))
	ts.Check(err)
	write("deals.csv", narrow)
	write("leads.csv", storyTable(ts, leads, ','))
	write("notes.csv", storyTable(ts, notes, ','))
}

// storyCompany is the domain of one of the companies whose rows are right, each in turn.
func storyCompany(i int) string {
	i %= storyCompanies - storyMistakes
	return fmt.Sprintf("company-%d.example", i/7*8+[]int{0, 1, 2, 3, 4, 6, 7}[i%7])
}

func storyPerson(i int) string {
	return fmt.Sprintf("person-%d@company-%d.example", i, i%storyCompanies)
}

func storyTable(ts *testscript.TestScript, rows [][]string, comma rune) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = comma
	ts.Check(w.WriteAll(rows))
	return b.Bytes()
}

// mendFile corrects a rejects file as a person would: mend FILE.
func mendFile(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(mendings.Replace(text)), 0o600))
}

// stateOfSandbox writes what the sandbox holds, without ids and history: state FILE.
func stateOfSandbox(ts *testscript.TestScript, _ bool, args []string) {
	var state json.RawMessage
	call(ts, http.MethodGet, "/_sandbox/state?comparable=true", nil, &state)
	var b bytes.Buffer
	ts.Check(json.Indent(&b, state, "", " "))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}
