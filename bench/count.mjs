// The floor: what DuckDB needs to do nothing but count the records of the same files.
import duckdb from '@duckdb/node-api'

const [source] = process.argv.slice(2)
const instance = await duckdb.DuckDBInstance.create(':memory:')
const connection = await instance.connect()
const reader = await connection.runAndReadAll(
  `SELECT count(*) FROM read_ndjson_objects('${source}/part-*')`,
)
console.log(String(reader.getRows()[0][0]))
