import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { codeOf, readError } from '../archives/read-error.js'
import { cacheFolder } from '../config/cache-folder.js'
import { Mentions } from './mentions.js'
import type { Subject } from './subject.js'

/** What keeps journals in the cache: ids of messages, windows, plans, and what sinks answered. */
const KEEPERS = ['metrics', 'redrive', 'replay']

/**
 * The journals in the cache of evt that hold an identifier which tells by itself, as the answer of
 * a target may. They are no archive: whoever goes on with what they tell of needs them as they are.
 *
 * @throws EvtError where one cannot be read
 */
export async function journalsAbout(
  env: Readonly<Record<string, string | undefined>>,
  subject: Subject,
): Promise<string[]> {
  const mentions = new Mentions(subject, true)
  const found: string[] = []
  for (const keeper of KEEPERS) {
    const folder = join(cacheFolder(env), keeper)
    const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
      if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error) ?? '')) return []
      throw readError(folder, error)
    })
    const files = entries.filter((one) => one.isFile()).map(({ name }) => join(folder, name))
    for (const file of files.sort()) if (await isAbout(file, mentions)) found.push(file)
  }
  return found
}

async function isAbout(file: string, mentions: Mentions): Promise<boolean> {
  const stream = createReadStream(file)
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      if (mentions.isErasedIn(line)) return true
    }
    return false
  } catch (error) {
    // Who ends a replay removes its journal.
    if (codeOf(error) === 'ENOENT') return false
    throw readError(file, error)
  } finally {
    stream.destroy()
  }
}
