import { mkdtemp, open, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isRunning } from '../archives/is-running.js'
import { makeFolder } from '../archives/make-folder.js'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { diskFailure } from './disk-failure.js'
import {
  type BundledFile,
  type ErasureManifest,
  type Manifest,
  manifestText,
  type Sealed,
  sealed,
} from './manifest.js'
import { syncFolder } from './sync-folder.js'
import { TextFile } from './text-file.js'

export const MANIFEST = 'manifest.json'

/** Writes a bundle aside: its folder is there when all of it is. */
export class BundleWriter {
  readonly files: BundledFile[] = []

  private constructor(
    readonly folder: string,
    private readonly aside: string,
  ) {}

  /** @throws EvtError `usage` where something is there already */
  static async open(folder: string): Promise<BundleWriter> {
    try {
      await removeLeft(folder)
      await checkFree(folder)
      await makeFolder(dirname(folder))
      const aside = await mkdtemp(join(dirname(folder), `${partPrefix(folder)}${process.pid}-`))
      return new BundleWriter(folder, aside)
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
        const file = await TextFile.open(join(this.aside, name))
        open.push(file)
        await file.write(head)
      }
      for await (const row of rows) {
        for (const [n, { rowOf }] of files.entries()) await open[n]?.write(rowOf(row))
      }
      for (const [n, { name }] of files.entries()) {
        const file = await open[n]?.finish()
        if (file) this.files.push({ name, ...file })
      }
    } catch (error) {
      throw diskFailure(error, this.folder)
    } finally {
      for (const file of open) await file.close()
    }
  }

  /** Puts the bundle in place, and the key beside it. */
  async publish<M extends Manifest | ErasureManifest>(
    manifest: M,
    key: string,
  ): Promise<Sealed<M>> {
    const whole = sealed({ ...manifest, files: this.files })
    try {
      await durable(join(this.aside, MANIFEST), manifestText(whole))
      await syncFolder(this.aside)
      await durable(keyFile(this.folder), `${key}\n`)
      // One that is there is empty; not every system renames onto it.
      await rmdir(this.folder).catch(() => undefined)
      await rename(this.aside, this.folder).catch(async (error) => {
        await rm(keyFile(this.folder), { force: true })
        throw error
      })
      await syncFolder(dirname(this.folder))
    } catch (error) {
      throw diskFailure(error, this.folder)
    }
    return whole
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

function partPrefix(folder: string): string {
  return `.${basename(folder)}.part-`
}

/** What runs left that were killed: events of somebody, and a key of nothing. */
async function removeLeft(folder: string): Promise<void> {
  const above = dirname(folder)
  const prefix = partPrefix(folder)
  for (const name of await readdir(above).catch((): string[] => [])) {
    const [, pid] = /^(\d+)-/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '') ?? []
    if (pid === undefined || isRunning(Number(pid))) continue
    const hasManifest = (await readdir(join(above, name)).catch((): string[] => [])).includes(
      MANIFEST,
    )
    // The key comes behind the manifest, and before the bundle is in place.
    if (hasManifest) await rm(keyFile(folder), { force: true })
    await rm(join(above, name), { recursive: true, force: true })
  }
}

async function checkFree(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error): string[] => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  const key = keyFile(folder)
  const isKeyThere = (await readdir(dirname(folder)).catch((): string[] => [])).includes(
    basename(key),
  )
  if (names.length === 0 && !isKeyThere) return
  const what = names.length > 0 ? folder : key
  throw new EvtError(`${what} is there already`, {
    code: 'usage',
    hint: 'a bundle is never written over: name another folder',
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
