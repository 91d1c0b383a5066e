import { createHash } from 'node:crypto'
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../archives/make-folder.js'
import type { Manifest } from './manifest.js'
import type { OpenIndex } from './open-index.js'

/** Below the folder of an index: what was found out about all of it. */
export const ANSWERS = 'answers'
const MOST_ANSWERS = 50

/** Of which state of the index an answer is. */
type Of = Pick<Manifest, 'generation' | 'builtAt'>

/**
 * What was kept of an index as it is now, or null.
 *
 * @param question everything that the answer depends on beside the index
 */
export async function keptAnswer(index: OpenIndex, question: unknown): Promise<unknown> {
  try {
    const kept: unknown = JSON.parse(await readFile(fileOf(index, question), 'utf8'))
    if (typeof kept !== 'object' || kept === null) return null
    const { generation, builtAt } = index.manifest
    const isOfNow =
      Reflect.get(kept, 'generation') === generation && Reflect.get(kept, 'builtAt') === builtAt
    return isOfNow ? Reflect.get(kept, 'answer') : null
  } catch {
    return null
  }
}

/** Keeps an answer, which is JSON, with the index. Where it cannot be written, it is not kept. */
export async function keepAnswer(
  index: OpenIndex,
  question: unknown,
  answer: object,
): Promise<void> {
  const file = fileOf(index, question)
  const aside = `${file}.${process.pid}`
  const { generation, builtAt } = index.manifest
  const of: Of = { generation, builtAt }
  try {
    await makeFolder(join(index.folder, ANSWERS))
    await writeFile(aside, JSON.stringify({ ...of, answer }), { mode: 0o600 })
    await rename(aside, file)
    await removeOldest(join(index.folder, ANSWERS))
  } catch {
    // A disk that is full or read-only: it is found out again.
  }
}

async function removeOldest(folder: string): Promise<void> {
  const files = (await readdir(folder)).map((name) => join(folder, name))
  if (files.length <= MOST_ANSWERS) return
  const dated = await Promise.all(
    files.map(async (file) => ({ file, atMs: (await stat(file)).mtimeMs })),
  )
  const old = dated.sort((a, b) => b.atMs - a.atMs).slice(MOST_ANSWERS)
  for (const { file } of old) await rm(file, { force: true })
}

/** Where rows that were found out about an index, as it is now, are kept as Parquet; null where
 * nothing can be. */
export async function keepFile(index: OpenIndex, question: string): Promise<string | null> {
  const { folder, manifest, covered } = index
  const { generation, builtAt } = manifest
  const numbers = covered.map(({ indexed }) => indexed.number)
  const name = hashOf([question, generation, builtAt, numbers])
  const made = await makeFolder(join(folder, ANSWERS)).then(
    () => removeOldest(join(folder, ANSWERS)),
    () => null,
  )
  return made === null ? null : join(folder, ANSWERS, `${name}.parquet`)
}

function fileOf({ folder, covered }: OpenIndex, question: unknown): string {
  const paths = covered.map(({ object }) => object.path)
  return join(folder, ANSWERS, `${hashOf([question, paths])}.json`)
}

function hashOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
