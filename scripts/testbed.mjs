// `node scripts/testbed.mjs` makes ready what tests emulate AWS with, and says what is missing.
// Only Node's own modules: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MOTO = '5.2.1'
const ELASTICMQ = '1.7.1'
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
/** Tests have a cache of their own; what is emulated with stays where it was installed. */
export const testbedFolder = process.env.EVT_TESTBED || join(cache, 'evt-testbed')
const venv = join(testbedFolder, `moto-${MOTO}`)
const pythons = ['python3', join(venv, 'bin', 'python')]

/** A Python that has moto's server and boto3; undefined where there is none. */
export function pythonWithMoto() {
  return pythons.find((python) => hasMoto(python))
}

function hasMoto(python) {
  const { stdout } = spawnSync(python, ['-c', 'import boto3, moto.server; print(moto.__version__)'])
  return stdout?.toString().trim() === MOTO
}

/** The same, put into a virtual environment of its own where it is missing. */
export function installedMoto() {
  const found = pythonWithMoto()
  if (found) return found
  console.log(`testbed: installs moto ${MOTO} in ${venv}`)
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', venv],
    [join(venv, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', `moto[all,server]==${MOTO}`],
  ]) {
    const { status, error } = spawnSync(command, args, { stdio: 'inherit', timeout: 300_000 })
    if (status !== 0) {
      console.log(`testbed: ${command} ${args.join(' ')} failed ${error?.message ?? ''}`)
      return undefined
    }
  }
  return pythonWithMoto()
}

const jars = join(testbedFolder, `elasticmq-${ELASTICMQ}`)

/** The folder with the jars of ElasticMQ, an SQS that carries load (Apache 2.0); undefined where it
 * is not installed, or there is no Java to run it. */
export function elasticmqJars() {
  return javaFolder(jars)
}

/** The same, fetched from Maven Central where it is missing: 43 MB. */
export function installedElasticmq() {
  const of = { group: 'org.elasticmq', artifacts: ['elasticmq-server_3'], version: ELASTICMQ }
  return installedFromMaven(jars, { name: 'ElasticMQ', ...of })
}

/** A folder of jars, where it is there and Java to run them. */
export function javaFolder(folder, java = 'java') {
  const hasJava = () => spawnSync(java, ['-version']).status === 0
  return existsSync(folder) && hasJava() ? folder : undefined
}

/** The same, with what it needs fetched from Maven Central where it is missing. */
/** @param managed the artifact that says which versions of others go together
 * @param without artifacts that are in the way of others */
export function installedFromMaven(folder, what) {
  const { name, group, artifacts, version, managed, without = [] } = what
  if (existsSync(folder)) return javaFolder(folder)
  const work = `${folder}.${process.pid}`
  const excluded = without
    .map((of) => of.split(':'))
    .map(
      ([owner, artifact]) =>
        `<exclusion><groupId>${owner}</groupId><artifactId>${artifact}</artifactId></exclusion>`,
    )
    .join('')
  const dependencies = artifacts.map(
    (artifact) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
      `<version>${version}</version><exclusions>${excluded}</exclusions></dependency>`,
  )
  const bom =
    managed === undefined
      ? ''
      : `<dependencyManagement><dependencies><dependency><groupId>${group}</groupId>` +
        `<artifactId>${managed}</artifactId><version>${version}</version><type>pom</type>` +
        '<scope>import</scope></dependency></dependencies></dependencyManagement>'
  const pom = `<project><modelVersion>4.0.0</modelVersion><groupId>evt</groupId>
<artifactId>testbed</artifactId><version>1</version><packaging>pom</packaging>${bom}<dependencies>
${dependencies.join('')}</dependencies></project>`
  mkdirSync(work, { recursive: true })
  writeFileSync(join(work, 'pom.xml'), pom)
  console.log(`testbed: fetches ${name} ${version} to ${folder}`)
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib']
  const options = { cwd: work, stdio: ['ignore', 'inherit', 'inherit'], timeout: 300_000 }
  const { status, error } = spawnSync('mvn', ['-q', '-B', ...goal], options)
  if (status === 0) renameSync(join(work, 'lib'), folder)
  else console.log(`testbed: mvn ${goal.join(' ')} failed ${error?.message ?? ''}`)
  rmSync(work, { recursive: true, force: true })
  return javaFolder(folder)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const python = installedMoto()
  console.log(
    python ? `testbed: moto ${MOTO} by ${python}` : 'testbed: no moto; its tests are skipped',
  )
  const elasticmq = installedElasticmq()
  console.log(
    elasticmq
      ? `testbed: ElasticMQ ${ELASTICMQ} in ${elasticmq}`
      : 'testbed: no ElasticMQ; its tests are skipped',
  )
}
