import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { codeOf, readError } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { MANIFEST } from './bundle-writer.js'
import { isSealed, isZip, saysEvt } from './bundle-zip.js'

/** The files of a bundle, be it a folder or a zip file. */
export interface BundleFiles {
  /** In order of their bytes; one that is there twice stands there twice. */
  readonly names: readonly string[]
  /** @throws EvtError where the file cannot be read */
  read(name: string): Promise<AsyncIterable<Uint8Array>>
  /** What is wrong with what they are packed in. */
  readonly fault: string | undefined
  /** Whether what they are packed in says so. */
  readonly isOfEvt: boolean
  close(): void
}

/**
 * @param bundle as it was typed, `path` where it is
 * @throws EvtError `usage` where there is no bundle
 */
export async function openFiles(bundle: string, path: string): Promise<BundleFiles> {
  const files = (await isPacked(path))
    ? await zipFiles(bundle, path)
    : await folderFiles(bundle, path)
  if (files.names.includes(MANIFEST)) return files
  files.close()
  if (files.isOfEvt) {
    throw new EvtError(`${bundle} is not what was written: ${MANIFEST} is missing`, {
      code: 'gate',
    })
  }
  throw new EvtError(`${bundle} is no bundle: it has no ${MANIFEST}`, {
    code: 'usage',
    hint: 'evt gdpr extract writes bundles; the folder or zip file that --to names is one',
  })
}

/** All of a file as text, byte for byte: a mark of their order at its start stays there. */
export async function textIn(files: BundleFiles, name: string): Promise<string> {
  return (await buffer(await files.read(name))).toString()
}

async function folderFiles(bundle: string, folder: string): Promise<BundleFiles> {
  const names = await readdir(folder).catch((error): string[] => {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw readError(bundle, error)
    return []
  })
  return {
    names: names.sort(),
    ...{ fault: undefined, isOfEvt: false },
    read: async (name) => readable(join(bundle, name), join(folder, name)),
    close: () => undefined,
  }
}

async function* readable(shown: string, file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file)
  } catch (error) {
    throw readError(shown, error)
  }
}

/** Whether a bundle is a zip file, be it a broken one. */
export async function isPacked(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return false
  if (isZip(path)) return true
  const handle = await open(path).catch((error) => {
    throw readError(path, error)
  })
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('latin1') === 'PK\u0003\u0004'
  } finally {
    await handle.close()
  }
}

async function zipFiles(bundle: string, path: string): Promise<BundleFiles> {
  const { openPromise } = await import('yauzl')
  try {
    const zip = await openPromise(path, { autoClose: false, lazyEntries: true })
    const entries = []
    for await (const entry of zip.eachEntry()) entries.push(entry)
    const byName = new Map(entries.map((entry) => [entry.fileName, entry]))
    return {
      names: entries.map(({ fileName }) => fileName).sort(),
      fault: (await isSealed(path)) ? undefined : 'has been changed',
      isOfEvt: saysEvt(zip.comment),
      async read(name) {
        const entry = byName.get(name)
        if (!entry) throw new Error(`${bundle} has no ${name}`)
        return zip.openReadStreamPromise(entry)
      },
      close: () => zip.close(),
    }
  } catch (cause) {
    throw new EvtError(`${bundle} is no whole zip file: it has been changed`, {
      code: 'gate',
      cause,
    })
  }
}
