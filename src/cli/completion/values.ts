import { type RunPlace, typesSeen } from '../types-seen.js'
import { type Candidate, type Candidates, typeable } from './candidate.js'
import { fileCandidates } from './files.js'

/** What of a flag or an argument of the manifest says which values it takes. */
export interface Valued {
  readonly name: string
  readonly options?: readonly string[] | undefined
  readonly helpValue?: string | readonly string[] | undefined
}

type ValueSource = (typed: string, place: RunPlace) => Promise<readonly Candidate[]>

const plain = (values: readonly string[]): Candidate[] => values.map((value) => ({ value }))

/** Values that are known beyond a list of options, by the name of the flag. */
const sourcesByName: Readonly<Record<string, ValueSource>> = {
  type: async (_, place) => plain((await typesSeen(place)).map(typeable)),
  preset: async () => {
    const { presetNames } = await import('../../envelopes/presets.js')
    return plain(presetNames())
  },
  envelope: async (typed) => {
    const { envelopeNames } = await import('../../generate/chain.js')
    const around = typed.slice(0, typed.lastIndexOf('>') + 1)
    return plain(envelopeNames.map((name) => around + name))
  },
  map: async () => {
    const { mappedFields, ruleWords } = await import('../../event/rule.js')
    const words = Object.entries(ruleWords).flatMap(([name, values]) =>
      values.map((value) => `${name}=${value}`),
    )
    return plain([...mappedFields.map((field) => `${field}=`), ...words])
  },
  tz: async () => plain(['UTC', ...Intl.supportedValuesOf('timeZone')]),
}

/** The values of a flag or argument that begin as typed. */
export async function valuesOf(of: Valued, typed: string, place: RunPlace): Promise<Candidates> {
  const known = sourcesByName[of.name]
  if (of.options) return fitting(plain(of.options), typed)
  if (known) return fitting(await known(typed, place), typed)
  const kinds = [of.helpValue ?? ''].flat().flatMap((kind) => kind.split('|'))
  if (kinds.includes('SOURCE')) return sourceCandidates(typed, place)
  if (kinds.includes('FILE')) return orFiles(await fileCandidates(typed, place, 'any'))
  if (!kinds.includes('DIR')) return []
  return orFiles(await fileCandidates(typed, place, 'folder'))
}

/** Aliases of evt.yaml, and files. */
export async function sourceCandidates(typed: string, place: RunPlace): Promise<Candidates> {
  const [named, files] = await Promise.all([aliases(place), fileCandidates(typed, place)])
  return orFiles([...fitting(named, typed), ...files])
}

/** The names of evt query list; those that evt ships where evt.yaml cannot be read. */
export async function questionCandidates(typed: string, { cwd, env }: RunPlace) {
  const { catalogueOf, readCatalogue } = await import('../../questions/catalogue.js')
  const questions = await catalogueOf({ file: undefined, cwd, env }).catch(() => readCatalogue())
  return fitting(
    questions.map(({ name, title }) => ({ value: name, about: title })),
    typed,
  )
}

export function fitting(candidates: readonly Candidate[], typed: string): Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(typed))
}

/** Where evt finds none, the shell may: it knows variables and more. */
function orFiles(candidates: readonly Candidate[]): Candidates {
  return candidates.length > 0 ? candidates : 'files'
}

/** Read without the schema, which takes its time; a broken file has none. */
async function aliases({ cwd, env }: RunPlace): Promise<Candidate[]> {
  try {
    const { readFile } = await import('node:fs/promises')
    const { resolve } = await import('node:path')
    const text = await readFile(resolve(cwd, env['EVT_CONFIG'] || 'evt.yaml'), 'utf8')
    const { parse } = await import('yaml')
    const archives: unknown = parse(text)?.archives
    if (typeof archives !== 'object' || archives === null) return []
    return Object.entries(archives)
      .filter(([name]) => /^[A-Za-z][\w-]+$/.test(name))
      .map(([name, address]) => ({ value: `${name}:`, about: String(address) }))
  } catch {
    return []
  }
}
