import { literal, type ObjectWriter, withoutGlob } from './object-writer.js'

/** Packs files with zstd, by DuckDB's: Node has it from 22.15 only. One thread, so that the same
 * bytes are packed to the same. */
export async function createZstdWriter(): Promise<ObjectWriter> {
  const duckdb = await import('@duckdb/node-api')
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  return {
    async write(textPath, path) {
      await connection.run(
        `COPY (SELECT content FROM read_blob(${literal(withoutGlob(textPath))}))
         TO ${literal(path)} (FORMAT blob, COMPRESSION zstd)`,
      )
    },
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
