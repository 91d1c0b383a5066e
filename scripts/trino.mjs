// `node scripts/trino.mjs` makes ready a Trino, whose engine is Athena's, and says what is missing.
// Only Node's own modules.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
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

/** The first that there is a connector to Hive of, for what is read of files; it takes Java 25. */
const TRINO_HIVE = '483'
const hiveJars = join(testbedFolder, `trino-hive-${TRINO_HIVE}`)
const HIVE_JAVA = 25

/** The program `java` of a version that runs it; undefined where there is none. */
function hiveJava() {
  const folder = '/usr/lib/jvm'
  const installed = existsSync(folder) ? readdirSync(folder) : []
  const homes = [process.env.JAVA_HOME ?? '', ...installed.map((name) => join(folder, name))]
  const programs = ['java', ...homes.filter((home) => home).map((home) => join(home, 'bin/java'))]
  return programs.find((program) => {
    const told = spawnSync(program, ['-version']).stderr?.toString() ?? ''
    return Number(/version "(\d+)/.exec(told)?.[1] ?? 0) >= HIVE_JAVA
  })
}

/** What runs a Trino with the connector to Hive: a program and a folder of jars; undefined where
 * one of them is missing. */
export function trinoHive() {
  const java = existsSync(hiveJars) ? hiveJava() : undefined
  return java === undefined ? undefined : { java, jars: hiveJars }
}

/** The same, fetched from Maven Central where it is missing: 300 MB. */
export function installedTrinoHive() {
  const java = hiveJava()
  if (java === undefined) return undefined
  const of = { group: 'io.trino', artifacts: ['trino-main', 'trino-hive'], version: TRINO_HIVE }
  const without = ['org.apache.logging.log4j:log4j-slf4j-impl']
  installedFromMaven(hiveJars, { name: 'Trino', ...of, managed: 'trino-root', without })
  return trinoHive()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = installedTrino()
  console.log(
    found
      ? `testbed: Trino ${TRINO} in ${found}`
      : `testbed: NO TRINO ${TRINO}: no test says whether Athena reads what DuckDB reads`,
  )
  const hive = installedTrinoHive()
  console.log(
    hive
      ? `testbed: Trino ${TRINO_HIVE} with Hive in ${hive.jars}`
      : `testbed: NO TRINO ${TRINO_HIVE} (Java ${HIVE_JAVA}): no test says how much Athena reads`,
  )
}
