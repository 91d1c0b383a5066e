import { link, mkdtemp, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makeFolder } from '../archives/make-folder.js'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { AGE, type Encryption } from './age.js'
import { isZip, writeZip } from './bundle-zip.js'
import { diskFailure } from './disk-failure.js'
import { leftBeside, prefixBeside } from './left-beside.js'
import {
  type BundledFile,
  type ErasureManifest,
  type Manifest,
  manifestText,
  type RectificationManifest,
  type Sealed,
  sealed,
} from './manifest.js'
import { syncFolder } from './sync-folder.js'
import { TextFile } from './text-file.js'

export const MANIFEST = 'manifest.json'
/** Of a packed bundle, as long as it is written. */
const ZIP = 'bundle.zip'

/** Of a bundle that is to be made, what could be read as events. */
export function filesOfBundle(folder: string): string[] {
  return isZip(folder) ? [folder] : [MANIFEST, 'events.ndjson'].map((name) => join(folder, name))
}

/** Writes a bundle aside: its folder is there when all of it is, or the zip file that is named. */
export class BundleWriter {
  readonly files: BundledFile[] = []

  private constructor(
    readonly folder: string,
    private readonly aside: string,
    private readonly encryption: Encryption | undefined,
  ) {}

  /**
   * @param encryption of every file but the manifest
   * @throws EvtError `usage` where something is there already
   */
  static async open(folder: string, encryption?: Encryption): Promise<BundleWriter> {
    try {
      await removeLeft(folder)
      await checkFree(folder)
      await makeFolder(dirname(folder))
      const aside = await mkdtemp(
        join(dirname(folder), `${prefixBeside(folder, 'part')}${process.pid}-`),
      )
      return new BundleWriter(folder, aside, encryption)
    } catch (error) {
      throw diskFailure(error, folder)
    }
  }

  async add(name: string, text: string): Promise<void> {
    await this.addRows([{ name, head: text, rowOf: () => '' }], [])
  }

  /** Writes files that have a text for each row, as the rows come. */
  async addRows<T>(
    files: readonly { name: string; head: string; rowOf(row: T): string }[],
    rows: AsyncIterable<T> | Iterable<T>,
  ): Promise<void> {
    const open: TextFile[] = []
    try {
      for (const { name, head } of files) {
        const file = await this.#newFile(name)
        open.push(file)
        await file.write(head)
      }
      for await (const row of rows) {
        for (const [n, { rowOf }] of files.entries()) await open[n]?.write(rowOf(row))
      }
      for (const [n, { name }] of files.entries()) {
        const file = await open[n]?.finish()
        if (file) this.files.push({ name: this.#nameOf(name), ...file })
      }
    } catch (error) {
      throw diskFailure(error, this.folder)
    } finally {
      for (const file of open) await file.close()
    }
  }

  async addBytes(name: string, bytes: Uint8Array): Promise<BundledFile> {
    let file: TextFile | undefined
    try {
      file = await this.#newFile(name)
      await file.writeBytes(bytes)
      const added = { name: this.#nameOf(name), ...(await file.finish()) }
      this.files.push(added)
      return added
    } catch (error) {
      throw diskFailure(error, this.folder)
    } finally {
      await file?.close()
    }
  }

  #newFile(name: string): Promise<TextFile> {
    return TextFile.open(join(this.aside, this.#nameOf(name)), this.encryption)
  }

  #nameOf(name: string): string {
    return this.encryption ? `${name}${AGE}` : name
  }

  /** Puts the bundle in place, and the key beside it. */
  async publish<M extends Manifest | ErasureManifest | RectificationManifest>(
    manifest: M,
    key: string,
  ): Promise<Sealed<M>> {
    const whole = sealed({ ...manifest, files: this.files })
    try {
      await durable(join(this.aside, MANIFEST), manifestText(whole))
      await syncFolder(this.aside)
      if (isZip(this.folder)) await this.#pack(whole)
      await durable(keyFile(this.folder), `${key}\n`)
      await this.#show().catch(async (error) => {
        await rm(keyFile(this.folder), { force: true })
        throw error
      })
      await syncFolder(dirname(this.folder))
    } catch (error) {
      throw diskFailure(error, this.folder)
    }
    return whole
  }

  #pack({ createdAt }: Sealed): Promise<void> {
    const names = [MANIFEST, ...this.files.map(({ name }) => name)]
    const zip = { folder: this.aside, names, mtime: new Date(createdAt) }
    return writeZip(join(this.aside, ZIP), zip)
  }

  async #show(): Promise<void> {
    if (isZip(this.folder)) {
      // What came meanwhile is not written over.
      await shown(join(this.aside, ZIP), this.folder)
      await this.discard()
    } else {
      // One that is there is empty; not every system renames onto it.
      await rmdir(this.folder).catch(() => undefined)
      await rename(this.aside, this.folder)
    }
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await rm(this.aside, { recursive: true, force: true })
  }
}

/** Beside a bundle, so that one can be given away without it. */
function keyFile(folder: string): string {
  return `${folder}.key`
}

/** What runs left that were killed: events of somebody, and a key of nothing. */
async function removeLeft(folder: string): Promise<void> {
  for (const left of await leftBeside(folder, 'part')) {
    const hasManifest = (await readdir(left).catch((): string[] => [])).includes(MANIFEST)
    // The key comes behind the manifest, and before the bundle is in place.
    const isShown = isZip(folder) && (await stat(folder).catch(() => undefined))?.isFile()
    if (hasManifest && !isShown) await rm(keyFile(folder), { force: true })
    await rm(left, { recursive: true, force: true })
  }
}

async function checkFree(folder: string): Promise<void> {
  const key = keyFile(folder)
  const beside = await readdir(dirname(folder)).catch((): string[] => [])
  const isKeyThere = beside.includes(basename(key))
  const isThere = isZip(folder)
    ? beside.includes(basename(folder))
    : (await namesIn(folder)).length > 0
  if (!isThere && !isKeyThere) return
  const what = isThere ? folder : key
  throw new EvtError(`${what} is there already`, {
    code: 'usage',
    hint: 'a bundle is never written over: name another folder',
  })
}

async function shown(zip: string, place: string): Promise<void> {
  await link(zip, place).catch((error) => {
    // Not every disk has links.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error) ?? '')) throw error
    return rename(zip, place)
  })
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error): string[] => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
}

async function durable(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } catch (error) {
    // Half a key of nothing would be in the way of whoever goes on.
    await rm(file, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}
