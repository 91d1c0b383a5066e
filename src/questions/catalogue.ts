import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../config/load.js'
import { besideFile } from '../config/sources.js'
import { EvtError } from '../errors.js'
import { suggest } from '../event/suggest.js'
import { type Parameter, parseParameter } from './parameters.js'

const engines = ['duckdb', 'athena'] as const
export type EngineName = (typeof engines)[number]

/** A question of the catalogue: one SELECT over the view `events`, and what to know of it. */
export interface Question {
  /** Folder and file, as in `duplicates/by-id`. */
  readonly name: string
  readonly title: string
  /** The question in words. */
  readonly question: string
  readonly parameters: readonly Parameter[]
  readonly engines: readonly EngineName[]
  readonly sql: string
  readonly path: string
}

/** What evt's own judging reads, and what Athena is asked in other words; nobody asks it. */
const ownFolders: readonly string[] = ['stats', 'reconcile', 'replay', 'athena']

/** The questions that evt ships, then those of other folders, by name; a later one of the same name
 * takes the place of an earlier one.
 *
 * @param folders of `queries:` in evt.yaml
 * @throws EvtError `usage` for a folder that cannot be read, or a header that is wrong */
export async function readCatalogue(folders: readonly string[] = []): Promise<Question[]> {
  const shipped = fileURLToPath(new URL('.', import.meta.resolve('#queries/README.md')))
  const questions = new Map<string, Question>()
  for (const folder of [shipped, ...folders]) {
    for (const file of await filesIn(folder)) {
      const name = file.replace(/\.sql$/, '').replaceAll('\\', '/')
      if (folder === shipped && ownFolders.includes(name.split('/')[0] ?? '')) continue
      const path = join(folder, file)
      questions.set(name, parseQuestion(name, path, await readFile(path, 'utf8')))
    }
  }
  return [...questions.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The catalogue as the configuration that applies here has it. */
export async function catalogueOf(where: {
  file: string | undefined
  cwd: string
  env: Readonly<Record<string, string | undefined>>
}): Promise<Question[]> {
  const config = await loadConfig({ ...where, firstSource: undefined })
  return readCatalogue((config.queries ?? []).map((folder) => besideFile(folder, config)))
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    const files = await readdir(folder, { recursive: true })
    return files.filter((file) => file.endsWith('.sql')).sort()
  } catch (cause) {
    throw new EvtError(`the folder of queries ${folder} cannot be read`, { code: 'usage', cause })
  }
}

/**
 * The question of a name, which may be without its folder where that is clear.
 *
 * @throws EvtError `usage` with the nearest name, or with all that it may be
 */
export function questionNamed(catalogue: readonly Question[], name: string): Question {
  const found = catalogue.find((each) => each.name === name)
  if (found) return found
  const named = catalogue.filter((each) => each.name.endsWith(`/${name}`))
  const [only] = named
  if (only && named.length === 1) return only
  if (named.length > 1) {
    const names = named.map((each) => `evt query ${each.name}`)
    const hint = names.join('\n')
    throw new EvtError(`${name} is the name of ${named.length} queries`, { code: 'usage', hint })
  }
  const near = suggest(name, [
    ...catalogue.map((each) => each.name),
    ...catalogue.map((each) => each.name.split('/').at(-1) ?? ''),
  ])
  throw new EvtError(`there is no query ${name}`, {
    code: 'usage',
    hint: near === undefined ? 'evt query list' : `did you mean ${near}?\nevt query list`,
  })
}

/** Reads a query's header: lines of `-- word: text` before its SQL.
 * @throws EvtError `usage` */
export function parseQuestion(name: string, path: string, text: string): Question {
  const lines = text.split(/\r?\n/)
  const header = new Map<string, string>()
  const parameters: Parameter[] = []
  for (const line of lines) {
    if (!line.startsWith('--')) break
    const [, word, value = ''] = /^--\s*(\w+):\s*(.*?)\s*$/.exec(line) ?? []
    if (word === 'param') parameters.push(parseParameter(value, path))
    else if (word !== undefined) header.set(word, value)
  }
  const title = header.get('title')
  if (!title) {
    const hint =
      'its first lines are: -- title: …, -- question: …, -- param: name type default: what'
    throw new EvtError(`the query ${path} has no title`, { code: 'usage', hint })
  }
  return {
    name,
    title,
    question: header.get('question') ?? '',
    parameters,
    engines: enginesOf(header.get('engines'), path),
    sql: text.trim().replace(/;$/, ''),
    path,
  }
}

function enginesOf(text: string | undefined, path: string): EngineName[] {
  if (text === undefined) return [...engines]
  return text.split(/\s*,\s*/).map((name) => {
    const engine = engines.find((known) => known === name)
    if (engine) return engine
    const hint = `engines are ${engines.join(', ')}`
    throw new EvtError(`the query ${path} is for the engine ${name}`, { code: 'usage', hint })
  })
}
