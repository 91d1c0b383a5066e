// `node scripts/trino.mjs` makes ready a Trino, whose engine is Athena's, and says what is missing.
// Only Node's own modules.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testbedFolder } from './testbed.mjs'

/** The last that runs on Java 17. */
const TRINO = '435'
const jars = join(testbedFolder, `trino-${TRINO}`)

/** The folder with the jars of Trino's engine (Apache 2.0); undefined where it is not installed, or
 * there is no Java to run it. */
export function trinoJars() {
  const hasJava = () => spawnSync('java', ['-version']).status === 0
  return existsSync(jars) && hasJava() ? jars : undefined
}

/** The same, fetched from Maven Central where it is missing: 90 MB. It is the engine, with tables
 * in memory: the whole server and the connector to Hive are not to be had everywhere. */
export function installedTrino() {
  if (existsSync(jars)) return trinoJars()
  const work = `${jars}.${process.pid}`
  const dependency = (name) =>
    `<dependency><groupId>io.trino</groupId><artifactId>${name}</artifactId>` +
    `<version>${TRINO}</version></dependency>`
  const pom = `<project><modelVersion>4.0.0</modelVersion><groupId>evt</groupId>
<artifactId>testbed</artifactId><version>1</version><packaging>pom</packaging><dependencies>
${dependency('trino-main')}${dependency('trino-memory')}</dependencies></project>`
  mkdirSync(work, { recursive: true })
  writeFileSync(join(work, 'pom.xml'), pom)
  console.log(`testbed: fetches Trino ${TRINO} to ${jars}`)
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib']
  const options = { cwd: work, stdio: ['ignore', 'inherit', 'inherit'], timeout: 300_000 }
  const { status, error } = spawnSync('mvn', ['-q', '-B', ...goal], options)
  if (status === 0) renameSync(join(work, 'lib'), jars)
  else console.log(`testbed: mvn ${goal.join(' ')} failed ${error?.message ?? ''}`)
  rmSync(work, { recursive: true, force: true })
  return trinoJars()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = installedTrino()
  console.log(
    found
      ? `testbed: Trino ${TRINO} in ${found}`
      : `testbed: NO TRINO ${TRINO}: no test says whether Athena reads what DuckDB reads`,
  )
}
