// Makes attributes of every type that people have not got, and writes the job that exports all of them: node prepare.mjs ADDRESS JOB
import { writeFileSync } from "node:fs"

const [address, jobFile] = process.argv.slice(2)

async function call(method, path, data) {
  const reply = await fetch(`http://${address}/v2${path}`, {
    method, headers: { authorization: `Bearer ${process.env.ATTIO_API_KEY}`, "content-type": "application/json" }, body: data && JSON.stringify({ data }),
  })
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
  return (await reply.json()).data
}

async function attribute(slug, type, many = false, config = {}) {
  await call("POST", "/objects/people/attributes", {
    title: slug, api_slug: slug, description: null, type, is_required: false, is_unique: false, is_multiselect: many, config,
  })
}

await attribute("score", "number")
await attribute("active", "checkbox")
await attribute("fee", "currency", false, { currency: { default_currency_code: "EUR", display_type: "code" } })
await attribute("born", "date")
await attribute("met_at", "timestamp")
await attribute("stars", "rating")
await attribute("tags", "select", true)
await attribute("keeper", "actor-reference")
await attribute("sites", "domain", true)
for (const title of ["Gold", "Silver", "Blue, dark"]) await call("POST", "/objects/people/attributes/tags/options", { title })

const attributes = (await call("GET", "/objects/people/attributes")).filter(a => !["record_id", "created_at"].includes(a.api_slug))
const columns = ["record_id", "created_at", "web_url", ...attributes.map(a => a.api_slug)]
const types = new Set(attributes.map(a => a.type)).add("status")
if (types.size !== 17) throw new Error(`${types.size} types of attributes: ${[...types]}`)
// No person has a status: the one of a deal is reached along a path.
writeFileSync(jobFile, `version: 1
name: volume
export:
  from: {object: people}
  columns: [${columns.join(", ")}, associated_deals.stage]
  to: {path: people.csv, csv: {formula_guard: false}}
`)
