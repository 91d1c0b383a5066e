import { open, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { Found } from '../envelopes/outside.js'
import { EvtError } from '../errors.js'
import { MAX_RECORD_BYTES } from '../event/event.js'
import type { FetchClaim } from './held-claims.js'

/**
 * Reads payloads from a copy of their bucket: `<folder>/<bucket>/<key>`, else `<folder>/<key>`.
 * Names come from messages: none leads out of the folder, neither by itself nor through a link.
 *
 * @throws EvtError `usage` where there is no such folder
 */
export async function folderClaims(place: string, cwd: string): Promise<FetchClaim> {
  const root = await rootOf(place, cwd)
  return async ({ bucket, key }) => {
    if (!isInside(bucket, key))
      return { ok: false, detail: `has a name that leads out of ${place}` }
    for (const path of [join(root, bucket, key), join(root, key)]) {
      const content = await contentOf(path, root)
      if (content) return content
    }
    return { ok: false, detail: `is not in ${place}` }
  }
}

/**
 * The files of such a folder that are payloads of one bucket alone: `<folder>/<bucket>/<key>`.
 *
 * @returns what finds one; undefined where there is none
 * @throws EvtError `usage` where there is no such folder
 */
export async function claimFiles(place: string, cwd: string) {
  const root = await rootOf(place, cwd)
  return async ({ bucket, key }: { bucket: string; key: string }): Promise<string | undefined> => {
    const path = join(root, bucket, key)
    if (!isInside(bucket, key) || (await realpath(path).catch(() => '')) !== path) return undefined
    return (await stat(path)).isFile() ? path : undefined
  }
}

async function rootOf(place: string, cwd: string): Promise<string> {
  const folder = resolve(cwd, place)
  const found = await stat(folder).catch(() => undefined)
  if (!found?.isDirectory()) {
    throw new EvtError(`--follow-claims ${place} is no folder`, {
      code: 'usage',
      hint: 'name a folder with <bucket>/<key>, or s3',
    })
  }
  return realpath(folder)
}

function isInside(bucket: string, key: string): boolean {
  const parts = `${bucket}/${key}`.split(/[/\\]/)
  const isPlain = parts.every((part) => part !== '..' && part !== '.' && !part.includes('\0'))
  return isPlain && bucket !== '' && !/[/\\:]/.test(bucket) && !/^[/\\]|^[a-z]:/i.test(key)
}

/** Undefined where there is no such file. */
async function contentOf(path: string, root: string): Promise<Found<Buffer> | undefined> {
  try {
    const real = await realpath(path)
    if (!real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) {
      return { ok: false, detail: 'is a link out of the folder' }
    }
    // Opening what is no file, such as a pipe, might wait for ever.
    if (!(await stat(real)).isFile()) return undefined
    const file = await open(real)
    try {
      const { size } = await file.stat()
      if (size > MAX_RECORD_BYTES) return { ok: false, detail: tooLarge(size) }
      return { ok: true, value: await file.readFile() }
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === undefined) throw error
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(code)) return undefined
    return { ok: false, detail: `cannot be read (${code})` }
  }
}

/** In the words that all places have. */
export function tooLarge(sizeBytes: number): string {
  const [size, most] = [sizeBytes, MAX_RECORD_BYTES].map((bytes) => bytes.toLocaleString('en'))
  return `has ${size} bytes, more than ${most}`
}
