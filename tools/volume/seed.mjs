// Writes the state of a sandbox with N people who have values of every attribute type: node seed.mjs STATE N >SEED
//
// STATE is an export of a sandbox that has the attributes of prepare.mjs. Values vary with the number of the person, so that the same N gives
// the same people every time; some are blank, some are what formats get wrong: leading zeros and blanks, what looks like a formula, quotes,
// line ends, other scripts, large and small numbers, days before 1900, the last digit of a millisecond.
import { createHash } from "node:crypto"
import { readFileSync, writeSync } from "node:fs"

const [stateFile, n] = [process.argv[2], Number(process.argv[3])]
const state = JSON.parse(readFileSync(stateFile, "utf8"))
const perCompany = 20
const companies = Math.max(1, Math.ceil(n / perCompany))

function uuid(kind, i) {
  const h = createHash("sha256").update(`${kind} ${i}`).digest("hex")
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`
}

const first = ["Ada", "Grace", "Søren", "Zoë", "李", "محمد", "Ólöf", "O'Neil", "Jean-Luc", "Anna Maria"]
const last = ["Lovelace", "Hopper", "Kierkegaard", "Ångström", "小龙", "الخوارزمي", "Guðmundsdóttir", "D'Arcy", "Picard", "van der Berg"]
const texts = [
  "plain", "007", "=1+1", "two lines\nand a \"quote\"", "a, b and c", "'quoted", "+44 20", "@home", "tab\there", "  blanks  ",
  "1e5", "TRUE", "2024-01-02", "🎉 emoji", "-", "#N/A", "\u00a0", "cr\r\nlf", "_x0041_", "<b>&</b> R&D",
]
const tags = ["Gold", "Silver", "Blue, dark"]
const stages = ["Lead", "In Progress", "Won 🎉", "Lost"]
const one = value => [{ value }]
const text = value => one({ value })
const domain = value => ({ value: { domain: value, root_domain: value } })
const reference = (object, id) => ({ value: { target_object: object, target_record_id: id } })
const member = i => ({ referenced_actor_type: "workspace-member", referenced_actor_id: state.members[i % state.members.length].id })
const creator = one({ referenced_actor_type: "workspace-member", referenced_actor_id: state.members[0].id })
const day = (i, from) => new Date(Date.UTC(from, 0, 1 + (i * 37) % 40000))
const moment = i => new Date(Date.UTC(2015, 0, 1) + i * 3_723_001)
const stamp = d => d.toISOString().replace("Z", "000000Z")
const created = i => stamp(new Date(Date.UTC(2024, 0, 1) + i * 7_003))

// numbers: what fifteen digits hold, which is what a spreadsheet has
const number = i => [i, i / 8, -i / 100, i * 1e9, (i % 1000) / 1e6, 0, -0.5, 1e15 / (1 + (i % 2)), 1.1e-7, 123456789.25][i % 10]

function person(i) {
  const v = { created_by: creator, name: one({ first_name: first[i % 10], last_name: last[(i / 10 | 0) % 10], full_name: `${first[i % 10]} ${last[(i / 10 | 0) % 10]}` }) }
  const mails = [`person-${i}@example-${i % 997}.com`].concat(i % 9 === 0 ? [`p${i}@other.example`] : [])
  v.email_addresses = mails.map(m => ({ value: {
    email_address: m, original_email_address: m, email_domain: m.split("@")[1], email_root_domain: m.split("@")[1], email_local_specifier: m.split("@")[0],
  } }))
  v.company = [reference("companies", uuid("company", i / perCompany | 0))]
  const set = (share, slug, values) => { if ((i * 7919 + slug.length * 131) % 100 < share) v[slug] = values }
  set(95, "description", text(`${texts[i % texts.length]} ${texts[(i * 3 + 1) % texts.length]} of person ${i}, about whom there is a sentence or two to be read`))
  set(80, "job_title", text(texts[i % texts.length]))
  set(60, "linkedin", text(`https://www.linkedin.com/in/person-${i}`))
  set(70, "phone_numbers", [{ value: { phone_number: `+442071${String(i % 1e6).padStart(6, "0")}`, original_phone_number: `+442071${String(i % 1e6).padStart(6, "0")}`, country_code: "GB" } }])
  set(60, "primary_location", one({
    line_1: `${1 + i % 300} High Street`, line_2: i % 5 ? null : "Flat 2", line_3: null, line_4: null, locality: ["London", "København", "東京"][i % 3], region: null,
    postcode: String(i % 100000).padStart(5, "0"), country_code: ["GB", "DK", "JP"][i % 3], latitude: i % 2 ? "51.5074" : null, longitude: i % 2 ? "-0.1278" : null,
  }))
  set(85, "score", text(number(i)))
  set(85, "active", text(i % 3 === 0))
  set(85, "fee", one({ currency_code: "EUR", currency_value: ((i * 101 % 100_000_000) - 100_000) / 10000 }))
  set(85, "born", text(day(i, 1880).toISOString().slice(0, 10)))
  set(85, "met_at", text(stamp(moment(i))))
  set(85, "stars", text(i % 6))
  set(85, "tags", [...Array(1 + i % 3).keys()].map(k => ({ value: { option: tags[(i + k) % 3] } })))
  set(85, "keeper", one(member(i)))
  set(85, "sites", [...Array(1 + i % 2).keys()].map(k => domain(`site-${i}-${k}.example`)))
  for (const [k, slug] of ["first_email_interaction", "last_email_interaction", "first_interaction", "last_interaction", "next_interaction"].entries()) {
    set(50 + 5 * k, slug, one({ interaction_type: k < 2 ? "email" : "calendar-event", interacted_at: stamp(moment(i + k)), owner_actor: { type: "workspace-member", id: state.members[(i + k) % state.members.length].id } }))
  }
  if (i % 10 === 0) v.associated_deals = [reference("deals", uuid("deal", i))]
  return { object: "people", id: uuid("person", i), created_at: created(i), values: v }
}

function company(i) {
  const team = []
  for (let p = i * perCompany; p < Math.min(n, (i + 1) * perCompany); p++) team.push(reference("people", uuid("person", p)))
  return { object: "companies", id: uuid("company", i), created_at: created(i), values: {
    created_by: creator, domains: [domain(`company-${i}.example`)], name: text(`Company ${i}`), team,
  } }
}

function deal(i) {
  return { object: "deals", id: uuid("deal", i), created_at: created(i), values: {
    created_by: creator, name: text(`Deal ${i}`), stage: one({ status: stages[(i / 10) % 4] }), owner: one(member(i)), associated_people: [reference("people", uuid("person", i))],
  } }
}

let waiting = []
const put = (line, all) => {
  waiting.push(line)
  if (all || waiting.length >= 1000) {
    let bytes = Buffer.from(waiting.join(""))
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(1, bytes))
    waiting = []
  }
}
const { records, documents, ...head } = state
put(`${JSON.stringify(head).slice(0, -1)},"documents":${JSON.stringify(documents)},"records":[\n`)
let separator = ""
const record = r => { put(`${separator}${JSON.stringify(r)}`); separator = ",\n" }
for (let i = 0; i < companies; i++) record(company(i))
for (let i = 0; i < n; i++) record(person(i))
for (let i = 0; i < n; i += 10) record(deal(i))
put("\n]}\n", true)
