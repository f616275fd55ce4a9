package sandbox

import (
	"context"

	"github.com/google/uuid"
)

const (
	workspaceName = "Sandbox"
	workspaceSlug = "sandbox"
	// seedTime is when the seed says it was created: fixed, so that the seed is the same everywhere.
	seedTime int64 = 1_762_193_773_152_000_000 // 2025-11-03T18:16:13.152Z
)

// Ids of the seed are name-based, so that tests and job files may name them.
var (
	tokenID  = seedID("api-token")
	memberID = seedID("member", "ada@sandbox.example") // who authorized the token
)

func seedID(path ...string) string {
	id := uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://attio-etl/sandbox"))
	for _, p := range path {
		id = uuid.NewSHA1(id, []byte(p))
	}
	return id.String()
}

// flag marks an attribute of the seed; the names are those of contract §5.
type flag uint8

const (
	unique flag = 1 << iota
	multi
	required
	readOnly
)

// seedAttribute is one attribute of contract §10.
type seedAttribute struct {
	slug, title, typ string
	flags            flag
	to               string // record-reference: the allowed object
	choices          []string
}

type seedObject struct {
	slug, singular, plural string
	attributes             []seedAttribute
}

var seedMembers = []member{
	{FirstName: "Ada", LastName: "Lovelace", Email: "ada@sandbox.example", Access: "admin"},
	{FirstName: "Grace", LastName: "Hopper", Email: "grace@sandbox.example", Access: "member"},
	{FirstName: "Alan", LastName: "Turing", Email: "alan@sandbox.example", Access: "member"},
}

var seedObjects = []seedObject{
	{"people", "Person", "People", join(
		[]seedAttribute{
			{"name", "Name", typePersonalName, 0, "", nil},
			{"email_addresses", "Email addresses", typeEmail, unique | multi, "", nil},
			{"description", "Description", typeText, 0, "", nil},
			{"company", "Company", typeRecordReference, 0, "companies", nil},
			{"job_title", "Job title", typeText, 0, "", nil},
			{"avatar_url", "Avatar URL", typeText, readOnly, "", nil},
			{"phone_numbers", "Phone numbers", typePhone, multi, "", nil},
			{"primary_location", "Primary location", typeLocation, 0, "", nil},
		},
		social, interactions,
		[]seedAttribute{
			{"associated_deals", "Associated deals", typeRecordReference, multi, "deals", nil},
			{"associated_users", "Associated users", typeRecordReference, multi, "users", nil},
		},
	)},
	{"companies", "Company", "Companies", join(
		[]seedAttribute{
			{"domains", "Domains", typeDomain, unique | multi, "", nil},
			{"name", "Name", typeText, 0, "", nil},
			{"description", "Description", typeText, 0, "", nil},
			{"team", "Team", typeRecordReference, multi, "people", nil},
			{"categories", "Categories", typeSelect, multi, "", seedCategories},
			{"primary_location", "Primary location", typeLocation, 0, "", nil},
			{"logo_url", "Logo URL", typeText, readOnly, "", nil},
		},
		social,
		[]seedAttribute{
			{"estimated_arr_usd", "Estimated ARR", typeSelect, 0, "", seedRevenue},
			{"funding_raised_usd", "Funding raised", typeCurrency, 0, "", nil},
			{"foundation_date", "Foundation date", typeDate, 0, "", nil},
			{"employee_range", "Employee range", typeSelect, 0, "", seedEmployees},
		},
		interactions,
		[]seedAttribute{
			{"associated_deals", "Associated deals", typeRecordReference, multi, "deals", nil},
			{"associated_workspaces", "Associated workspaces", typeRecordReference, multi, "workspaces", nil},
		},
	)},
	{"deals", "Deal", "Deals", []seedAttribute{
		{"name", "Deal name", typeText, required, "", nil},
		{"stage", "Deal stage", typeStatus, required, "", []string{"Lead", "In Progress", "Won 🎉", "Lost"}},
		{"owner", "Deal owner", typeActorReference, required, "", nil},
		{"value", "Deal value", typeCurrency, 0, "", nil},
		{"associated_people", "Associated people", typeRecordReference, multi, "people", nil},
		{"associated_company", "Associated company", typeRecordReference, 0, "companies", nil},
	}},
	{"users", "User", "Users", []seedAttribute{
		{"primary_email_address", "Primary email address", typeText, unique | required, "", nil},
		{"user_id", "User ID", typeText, unique | required, "", nil},
		{"person", "Person", typeRecordReference, 0, "people", nil},
		{"workspace", "Workspace", typeRecordReference, multi, "workspaces", nil},
	}},
	{"workspaces", "Workspace", "Workspaces", []seedAttribute{
		{"workspace_id", "Workspace ID", typeText, unique | required, "", nil},
		{"name", "Name", typeText, 0, "", nil},
		{"users", "Users", typeRecordReference, multi, "users", nil},
		{"company", "Company", typeRecordReference, 0, "companies", nil},
		{"avatar_url", "Avatar URL", typeText, readOnly, "", nil},
	}},
}

// seedRelationships are the two ends of each relationship of the standard objects (contract §9: setting one end changes the other).
var seedRelationships = [][2][2]string{
	{{"people", "company"}, {"companies", "team"}},
	{{"people", "associated_deals"}, {"deals", "associated_people"}},
	{{"people", "associated_users"}, {"users", "person"}},
	{{"companies", "associated_deals"}, {"deals", "associated_company"}},
	{{"companies", "associated_workspaces"}, {"workspaces", "company"}},
	{{"users", "workspace"}, {"workspaces", "users"}},
}

// seedOther is the id of the other end of a standard attribute, empty when it has none.
func seedOther(object, slug string) string {
	end := [2]string{object, slug}
	for _, r := range seedRelationships {
		for i := range r {
			if r[i] == end {
				return seedID("attribute", r[1-i][0], r[1-i][1])
			}
		}
	}
	return ""
}

// identity is what every object begins with, entryIdentity what every list begins with; created_at and created_by end both.
var (
	identity      = []seedAttribute{{"record_id", "Record ID", typeText, unique | readOnly, "", nil}}
	entryIdentity = []seedAttribute{{"entry_id", "Entry ID", typeText, unique | readOnly, "", nil}}
	creation      = []seedAttribute{
		{"created_at", "Created at", typeTimestamp, readOnly, "", nil},
		{"created_by", "Created by", typeActorReference, readOnly, "", nil},
	}
	social = []seedAttribute{
		{"angellist", "AngelList", typeText, 0, "", nil},
		{"facebook", "Facebook", typeText, 0, "", nil},
		{"instagram", "Instagram", typeText, 0, "", nil},
		{"linkedin", "LinkedIn", typeText, 0, "", nil},
		{"twitter", "Twitter", typeText, 0, "", nil},
		{"twitter_follower_count", "Twitter follower count", typeNumber, readOnly, "", nil},
	}
	interactions = []seedAttribute{
		{"first_calendar_interaction", "First calendar interaction", typeInteraction, readOnly, "", nil},
		{"last_calendar_interaction", "Last calendar interaction", typeInteraction, readOnly, "", nil},
		{"next_calendar_interaction", "Next calendar interaction", typeInteraction, readOnly, "", nil},
		{"first_email_interaction", "First email interaction", typeInteraction, readOnly, "", nil},
		{"last_email_interaction", "Last email interaction", typeInteraction, readOnly, "", nil},
		{"first_interaction", "First interaction", typeInteraction, readOnly, "", nil},
		{"last_interaction", "Last interaction", typeInteraction, readOnly, "", nil},
		{"next_interaction", "Next interaction", typeInteraction, readOnly, "", nil},
		{"strongest_connection_strength", "Connection strength", typeSelect, readOnly, "", seedStrength},
		{"strongest_connection_user", "Strongest connection", typeActorReference, readOnly, "", nil},
	}
	seedStrength  = []string{"Very weak", "Weak", "Good", "Strong", "Very strong"}
	seedEmployees = []string{"1-10", "11-50", "51-250", "251-1K", "1K-5K", "5K-10K", "10K-50K", "50K-100K", "100K+"}
	seedRevenue   = []string{
		"Less than $1M", "$1M-$10M", "$10M-$50M", "$50M-$100M", "$100M-$250M", "$250M-$500M", "$500M-$1B", "$1B-$10B", "$10B+",
	}
	seedCategories = []string{
		"B2B", "B2C", "SAAS", "Information Technology & Services", "Internet", "Technology", "Finance", "Financial Services",
		"Banking & Mortgages", "Insurance", "Investment", "Venture Capital", "Accounting", "Payments", "Cryptocurrency",
		"Health Care", "Biotechnology", "Pharmaceuticals", "E-commerce", "Retail", "Marketplace", "Consumer Discretionary",
		"Consumer Goods", "Manufacturing", "Industrials & Manufacturing", "Automotive", "Energy", "Construction", "Real Estate",
		"Transportation", "Logistics", "Education", "Media", "Marketing & Advertising", "Human Resources", "Food",
		"Travel & Leisure", "Telecommunications", "Mobile", "Computer Software", "Government", "Non-profit",
	}
)

func join(parts ...[]seedAttribute) []seedAttribute {
	var all []seedAttribute
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// seed fills an empty store with one workspace (contract §10).
func (st *store) seed(ctx context.Context) error {
	// The workspace's id is its own, unlike the other ids: a client that keeps accounts must not take one sandbox for another.
	workspace := uuid.NewString()
	for _, m := range seedMembers {
		m.Workspace, m.ID, m.Created = workspace, seedID("member", m.Email), seedTime
		if err := st.addMember(ctx, &m); err != nil {
			return err
		}
	}
	for _, so := range seedObjects {
		o := &object{Workspace: workspace, ID: seedID("object", so.slug), Slug: so.slug, Singular: so.singular, Plural: so.plural, Created: seedTime}
		if err := st.addObject(ctx, o); err != nil {
			return err
		}
		if err := st.seedAttributes(ctx, o, join(identity, so.attributes, creation)); err != nil {
			return err
		}
	}
	return nil
}

func (st *store) seedAttributes(ctx context.Context, o *object, list []seedAttribute) error {
	for _, sa := range list {
		a := sa.build(o)
		if err := st.addAttribute(ctx, a); err != nil {
			return err
		}
		for _, title := range sa.choices {
			c := &choice{ID: seedID("choice", o.Slug, sa.slug, title), Title: title}
			if err := st.addChoice(ctx, a, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (sa seedAttribute) build(o *object) *attribute {
	a := &attribute{
		object: o, ID: seedID("attribute", o.Slug, sa.slug), Slug: sa.slug, Title: sa.title, Type: sa.typ, System: true,
		Writable: sa.flags&readOnly == 0, Required: sa.flags&required != 0, Unique: sa.flags&unique != 0,
		Multi: sa.flags&multi != 0, Created: seedTime,
	}
	if sa.to != "" {
		a.Allowed = []string{seedID("object", sa.to)}
		a.Other = seedOther(o.Slug, sa.slug)
	}
	if sa.typ == typeCurrency {
		a.Currency, a.CurrencyDisplay = "USD", "symbol"
	}
	return a
}
