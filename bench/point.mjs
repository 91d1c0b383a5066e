// The floor of an audit: DuckDB alone looks one entity up in Parquet that is sorted by entities.
import duckdb from '@duckdb/node-api'

const [, , folder, entity] = process.argv
const instance = await duckdb.DuckDBInstance.create(':memory:')
const connection = await instance.connect()
const rows = await connection.runAndReadAll(
  `SELECT count(*) FROM read_parquet('${folder}/entities/bucket=*/*.parquet')
   WHERE entity = $1 AND bucket = left(sha256($1), 2)`,
  [entity],
)
console.log(String(rows.getRows()[0]))
