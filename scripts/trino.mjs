// `node scripts/trino.mjs` makes ready a Trino, whose engine is Athena's, and says what is missing.
// Only Node's own modules.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installedFromMaven, javaFolder, testbedFolder } from './testbed.mjs'

/** The last that runs on Java 17. */
const TRINO = '435'
const jars = join(testbedFolder, `trino-${TRINO}`)

/** The folder with the jars of Trino's engine (Apache 2.0); undefined where it is not installed, or
 * there is no Java to run it. */
export function trinoJars() {
  return javaFolder(jars)
}

/** The same, fetched from Maven Central where it is missing: 90 MB. It is the engine, with tables
 * in memory: the whole server and the connector to Hive are not to be had everywhere. */
export function installedTrino() {
  const of = { group: 'io.trino', artifacts: ['trino-main', 'trino-memory'], version: TRINO }
  return installedFromMaven(jars, { name: 'Trino', ...of })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = installedTrino()
  console.log(
    found
      ? `testbed: Trino ${TRINO} in ${found}`
      : `testbed: NO TRINO ${TRINO}: no test says whether Athena reads what DuckDB reads`,
  )
}
