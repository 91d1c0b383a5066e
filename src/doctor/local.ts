import { access, constants, stat, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { codeOf } from '../archives/read-error.js'
import { makeTempFolder, removeTempFolder } from '../archives/temp-folder.js'
import { cacheFolder } from '../config/cache-folder.js'
import { type ConfigPlaces, loadConfig } from '../config/load.js'
import { openDuckdb } from '../engines/duckdb.js'
import type { Check } from './result.js'
import { wrong } from './wrong.js'

/** As package.json has it. */
const LEAST_NODE = [20, 19] as const
/** With less, a large object may not be unpacked. */
const LEAST_FREE_BYTES = 1e9
const DUCKDB_BYTES = 100e6

export interface LocalPlace extends ConfigPlaces {
  /** The version of Node, such as 22.11.0. */
  readonly node: string
}

/** Whether what evt needs on this machine is there. */
export async function localChecks(place: LocalPlace): Promise<Check[]> {
  return Promise.all([
    nodeCheck(place.node),
    configCheck(place),
    cacheCheck(cacheFolder(place.env)),
    tempCheck(tmpdir()),
    duckdbCheck(),
  ])
}

function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [least, leastMinor] = LEAST_NODE
  if (major > least || (major === least && minor >= leastMinor)) {
    return { about: 'node', mark: 'ok', explain: version, next: null }
  }
  const explain = `Node ${version} is too old`
  return { about: 'node', mark: 'wrong', explain, next: `install Node ${LEAST_NODE.join('.')}` }
}

async function configCheck(place: ConfigPlaces): Promise<Check> {
  try {
    const { file } = await loadConfig(place)
    const explain = file ?? 'there is no evt.yaml in this folder; it takes none'
    return { about: 'config', mark: 'ok', explain, next: null }
  } catch (error) {
    return wrong('config', error)
  }
}

async function cacheCheck(folder: string): Promise<Check> {
  const reason = await whyUnwritable(folder)
  if (reason === undefined) return { about: 'cache', mark: 'ok', explain: folder, next: null }
  return {
    ...{ about: 'cache', mark: 'warning' },
    explain: `${folder} cannot be written to (${reason}): nothing is kept for the next run`,
    next: 'set XDG_CACHE_HOME to a folder that can be written to',
  }
}

/** The code of what is in the way; a folder that is not there yet has to be makeable. */
async function whyUnwritable(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return 'ENOTDIR'
    await access(folder, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    const above = dirname(folder)
    if (codeOf(error) === 'ENOENT' && above !== folder) return whyUnwritable(above)
    return codeOf(error) ?? String(error)
  }
}

async function tempCheck(folder: string): Promise<Check> {
  try {
    await removeTempFolder(await makeTempFolder('evt-doctor-', folder))
    const { bavail, bsize } = await statfs(folder)
    const freeBytes = bavail * bsize
    const explain = `${folder}, ${Math.floor(freeBytes / 1e8) / 10} GB free`
    if (freeBytes >= LEAST_FREE_BYTES) return { about: 'temp', mark: 'ok', explain, next: null }
    const next = 'set TMPDIR to a folder with more room: compressed archives are unpacked there'
    return { about: 'temp', mark: 'warning', explain, next }
  } catch (error) {
    return wrong('temp', error)
  }
}

async function duckdbCheck(): Promise<Check> {
  try {
    const duckdb = await openDuckdb({ memoryLimitBytes: DUCKDB_BYTES })
    try {
      const [[version] = []] = await duckdb.rows('SELECT version()')
      return { about: 'duckdb', mark: 'ok', explain: String(version), next: null }
    } finally {
      await duckdb.close()
    }
  } catch (error) {
    return wrong('duckdb', error)
  }
}
