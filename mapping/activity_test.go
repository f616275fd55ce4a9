package mapping_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attio-etl/crm"
	"attio-etl/jobs"
	"attio-etl/mapping"
)

// Every activity as rows of all its columns.
func TestActivities(t *testing.T) {
	made := time.Date(2024, 1, 2, 3, 4, 5, 6789, time.UTC)
	ada := crm.ActorReference{ActorType: "workspace-member", ID: "m1"}
	members := []crm.Member{{ID: "m1", First: "Ada", Last: "Lovelace", Email: "ada@x.com", Access: "admin", CreatedAt: made}}
	categories := crm.Attribute{
		ID: "a1", Slug: "categories", Title: "Categories", Type: crm.TypeSelect, Multi: true, Writable: true, Choices: []crm.Choice{{ID: "o1", Title: "Software", Archived: true}},
	}
	stage := crm.Attribute{ID: "a2", Slug: "stage", Type: crm.TypeStatus, AllowedObjects: []string{"x", "y"}, Choices: []crm.Choice{{ID: "s1", Title: "Won"}}}
	for _, test := range []struct {
		name, from, format string
		activity           crm.Activity
		parents            []string
		records            []crm.Record
		want               string
	}{
		{
			"notes", "{notes: {object: people}}", "csv", crm.Notes,
			[]string{"people"},
			[]crm.Record{mapping.NoteRecord(crm.Note{
				ID: "n1", Parent: crm.RecordLink{Object: "people", RecordID: "p1"}, Title: "Call", Text: "a\nb", Markdown: "**a**\nb", MeetingID: "mt", CreatedBy: ada, CreatedAt: made,
			}), mapping.NoteRecord(crm.Note{ID: "n2"})},
			"note_id=n1 created_at=2024-01-02T03:04:05.000006789Z parent_record=p1 title=Call content=a\nb content_markdown=**a**\nb meeting_id=mt created_by=ada@x.com\n" +
				"note_id=n2",
		},
		{
			"tasks", "{tasks: {completed: true}}", "parquet", crm.Tasks, nil,
			[]crm.Record{mapping.TaskRecord(crm.Task{
				ID: "t1", Content: "Call", Deadline: made.Truncate(time.Second), Completed: true, CompletedAt: made, Assignees: []crm.ActorReference{ada, {ActorType: "workspace-member", ID: "m2"}},
				Linked: []crm.RecordLink{{Object: "o1", RecordID: "p1"}, {Object: "deals", RecordID: "d1"}}, CreatedBy: crm.ActorReference{ActorType: "api-token", ID: "k"}, CreatedAt: made,
			}, map[string]string{"o1": "people"})},
			"task_id=t1 created_at=2024-01-02T03:04:05.000006Z content=Call deadline_at=2024-01-02T03:04:05Z is_completed=true completed_at=2024-01-02T03:04:05.000006Z " +
				"linked_records=people/p1; deals/d1 assignees=ada@x.com; m2 created_by=api-token/k",
		},
		{
			"members", "{members: {}}", "csv", crm.Members, nil,
			[]crm.Record{mapping.MemberRecord(members[0])},
			"member_id=m1 created_at=2024-01-02T03:04:05.000006789Z first_name=Ada last_name=Lovelace email_address=ada@x.com access_level=admin",
		},
		{
			"comments", "{comments: {list: sales}}", "parquet", crm.Comments,
			[]string{"people"},
			[]crm.Record{mapping.CommentRecord(crm.Comment{
				ID: "c1", ThreadID: "h1", Content: "Well", Author: ada, CreatedAt: made, ResolvedAt: made, ResolvedBy: ada,
			}, crm.RecordLink{Object: "people", RecordID: "p1"}, "e1")},
			"comment_id=c1 created_at=2024-01-02T03:04:05.000006Z thread_id=h1 parent_record=p1 entry_id=e1 content=Well author=ada@x.com resolved_at=2024-01-02T03:04:05.000006Z resolved_by=ada@x.com",
		},
		{
			"schema", "{schema: {}}", "csv", crm.Structure, nil, append(mapping.ObjectRecords(crm.Object{ID: "o1", Slug: "companies", Singular: "Company", Plural: "Companies"}, []crm.Attribute{categories}),
				mapping.ListRecords(crm.List{ID: "l1", Slug: "companies", Name: "All", ParentObjects: []string{"companies"}}, []crm.Attribute{stage})...),
			"path=companies kind=object object=companies id=o1 title=Company plural=Companies\n" +
				"path=companies.categories kind=attribute object=companies attribute=categories id=a1 title=Categories type=select is_multi=true is_unique=false is_required=false is_writable=true is_system=false is_archived=false\n" +
				"path=companies.categories.o1 kind=option object=companies attribute=categories id=o1 title=Software is_archived=true\n" +
				"path=list:companies kind=list list=companies id=l1 title=All objects=companies\n" +
				"path=list:companies.stage kind=attribute list=companies attribute=stage id=a2 type=status objects=x; y is_multi=false is_unique=false is_required=false is_writable=false is_system=false is_archived=false\n" +
				"path=list:companies.stage.s1 kind=status list=companies attribute=stage id=s1 title=Won is_archived=false",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			job, wrong := jobs.Parse("job.yaml", []byte("version: 1\nexport:\n  from: "+test.from+"\n  to: {path: p."+test.format+"}\n"), nil)
			if len(wrong) > 0 {
				t.Fatal(wrong)
			}
			flat, _, wrong := mapping.Flatten(job, mapping.ActivitySchema(test.activity, test.parents, members), test.parents, nil)
			if len(wrong) > 0 {
				t.Fatal(wrong)
			}
			var rows []string
			for i := range test.records {
				cells, findings := flat.Row(&test.records[i], nil)
				if len(findings) > 0 {
					t.Error(findings)
				}
				if id := cells[flat.IDColumn()].Text(); id != test.records[i].ID {
					t.Errorf("the id is %q", id)
				}
				var row []string
				for n, c := range flat.Columns() {
					if text := cells[n].Text(); text != "" {
						row = append(row, c.Name+"="+text)
					}
				}
				rows = append(rows, strings.Join(row, " "))
			}
			if diff := cmp.Diff(test.want, strings.Join(rows, "\n")); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}
