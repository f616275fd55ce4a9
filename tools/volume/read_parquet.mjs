// Prints a Parquet file as read_csv.py prints CSV, by DuckDB: node read_parquet.mjs FILE
import { DuckDBInstance } from "@duckdb/node-api"
import { print } from "./lines.mjs"

const connection = await (await DuckDBInstance.create(":memory:")).connect()
await connection.run("SET threads = 1; SET TimeZone = 'UTC'; SET preserve_insertion_order = true")
const file = `read_parquet('${process.argv[2].replaceAll("'", "''")}')`
const columns = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${file}`)).getRows()

function text([name, type]) {
  const column = `"${name.replaceAll('"', '""')}"`
  if (type.endsWith("[]")) return `array_to_string(${column}, '; ')`
  if (type.startsWith("TIMESTAMP")) return `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%gZ')`
  return `${column}::VARCHAR`
}

await print(columns.map(([name]) => name))
const result = await connection.stream(`SELECT ${columns.map(text).join(", ")} FROM ${file}`)
for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
  for (const row of chunk.getRows()) await print(row.map(cell => cell ?? ""))
}
