// Compares what readers have printed of the same export, cell by cell: node compare.mjs MANIFEST FILE FILE...
//
// Cells are compared as what their column holds, whatever each program spells it like: numbers as numbers, moments as moments, days as days.
import { readFileSync, createReadStream } from "node:fs"
import { createInterface } from "node:readline"

const [manifestFile, ...files] = process.argv.slice(2)
const manifest = JSON.parse(readFileSync(manifestFile, "utf8"))
const number = text => { const n = Number(text); if (text.trim() === "" || Number.isNaN(n)) throw new Error(`no number: ${text}`); return String(n) }
const canonical = {
  text: t => t,
  boolean: t => t.toLowerCase(),
  integer: number, number, decimal: number,
  date: t => t.slice(0, 10),
  timestamp: t => { const at = new Date(t).getTime(); if (Number.isNaN(at)) throw new Error(`no moment: ${t}`); return String(at) },
}

const names = manifest.columns.map(c => c.name)
const readers = files.map(f => createInterface({ input: createReadStream(f), crlfDelay: Infinity })[Symbol.asyncIterator]())
let rows = 0, cells = 0, filled = 0, differences = 0
for (;;) {
  const lines = await Promise.all(readers.map(r => r.next()))
  if (lines.every(l => l.done)) break
  if (lines.some(l => l.done)) throw new Error(`after ${rows} rows, some have no more: ${files.filter((_, i) => lines[i].done)}`)
  const found = lines.map(l => l.value.split("\t"))
  if (rows === 0 && found.every(f => f.join() === names.join())) continue // the header of all
  rows++
  for (const [i, column] of manifest.columns.entries()) {
    const spelled = found.map((f, k) => {
      if (f.length !== names.length) throw new Error(`row ${rows} of ${files[k]} has ${f.length} cells, want ${names.length}`)
      return f[i] === "" ? "" : canonical[column.type](f[i])
    })
    cells++
    if (spelled[0] !== "") filled++
    if (new Set(spelled).size > 1 && ++differences <= 10) console.error(`row ${rows}, ${column.name}: ${JSON.stringify(spelled)} of ${JSON.stringify(found.map(f => f[i]))}`)
  }
}
console.log(`${rows} rows of ${names.length} columns, the same in ${files.length} files: ${cells} cells, ${filled} of them filled, ${differences} differences`)
if (rows !== manifest.rows) throw new Error(`the manifest has ${manifest.rows} rows`)
process.exit(differences > 0 ? 1 : 0)
