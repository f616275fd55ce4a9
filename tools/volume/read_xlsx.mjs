// Prints the sheets of a workbook as read_csv.py prints CSV, by SheetJS: node read_xlsx.mjs FILE
import { readFileSync } from "node:fs"
import XLSX from "xlsx"
import { print } from "./lines.mjs"

function text(cell) {
  if (!cell) return ""
  if (cell.t === "n" && XLSX.SSF.is_date(cell.z ?? "")) { // days since an epoch, to the millisecond
    const day = XLSX.SSF.parse_date_code(cell.v)
    const millis = Math.round((cell.v - Math.floor(cell.v)) * 86_400_000)
    return new Date(Date.UTC(day.y, day.m - 1, day.d) + (millis === 86_400_000 ? 0 : millis)).toISOString()
  }
  return String(cell.v)
}

const book = XLSX.read(readFileSync(process.argv[2]), { dense: true, cellNF: true, cellText: false, cellHTML: false })
let width
for (const name of book.SheetNames) {
  const rows = book.Sheets[name]
  for (const [i, row] of rows.entries()) {
    if (i === 0 && width !== undefined) continue // the header, repeated on each further sheet
    width ??= row.length
    await print(Array.from({ length: width }, (_, c) => text(row[c])))
  }
}
