import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { inPlace } from './format.js'
import { openHead } from './head.js'
import { resumeOf, type SourcePlace } from './last-part.js'
import { PartDuckdb } from './part-duckdb.js'
import { HEAD, type Store } from './store.js'

interface Asked {
  cwd: string
  aws: AwsOptions
  signal: AbortSignal
}

/**
 * How far a recording is, of each of its SOURCEs, by the part that is in place last. Nothing is
 * written there, and who records there is not kept from it.
 *
 * @throws EvtError `usage` where there is no recording
 */
export async function recordedPlaces(
  to: string,
  asked: Asked,
): Promise<ReadonlyMap<string, SourcePlace>> {
  const store = await openThere(to, asked)
  const duckdb = new PartDuckdb()
  try {
    if ((await store.read(HEAD)) === undefined) throw nothingIn(to)
    const { format } = await openHead(store, 0, undefined)
    return (await resumeOf(store, await inPlace(store, format), duckdb)).places
  } finally {
    await duckdb.close()
    await store.close()
  }
}

async function openThere(to: string, { cwd, aws, signal }: Asked): Promise<Store> {
  if (/^s3:\/\//.test(to)) {
    const { openPrefix } = await import('./bucket-store.js')
    return openPrefix(to, { aws, signal, onNote: () => {} })
  }
  const folder = resolve(cwd, to)
  if (!existsSync(join(folder, HEAD))) throw nothingIn(to)
  const { openFolder } = await import('./folder-store.js')
  return openFolder(to, folder)
}

function nothingIn(to: string): EvtError {
  return new EvtError(`${to} holds no recording by evt`, {
    ...{ code: 'usage', hint: 'name what evt record was given as --to' },
  })
}
