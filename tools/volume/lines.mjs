// Rows as read_csv.py prints them.
import { once } from "node:events"

const escapes = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" }

export async function print(cells) {
  const line = cells.map(c => c.replace(/[\\\t\n\r]/g, found => escapes[found])).join("\t")
  if (!process.stdout.write(line + "\n")) await once(process.stdout, "drain")
}
