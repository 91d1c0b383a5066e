import { createWriteStream } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { EvtError } from '../errors.js'
import { isPacked, openFiles, textIn } from './bundle-files.js'
import { MANIFEST } from './bundle-writer.js'
import { writeZip } from './bundle-zip.js'
import { diskFailure } from './disk-failure.js'
import { newFile } from './durable-file.js'
import { leftBeside, prefixBeside } from './left-beside.js'
import { manifestText, type Sealed } from './manifest.js'
import { syncFolder } from './sync-folder.js'

/**
 * Puts another manifest in a bundle, at once: it is the one or the other at any moment.
 *
 * @param before the text of the one that is there
 * @throws EvtError `outside` where somebody changed it meanwhile, or the disk fails
 */
export async function replaceManifest(
  bundle: string,
  manifest: Sealed,
  before: string,
): Promise<void> {
  const folder = dirname(bundle)
  let aside: string | undefined
  try {
    aside = await mkdtemp(join(folder, `${prefixBeside(bundle, 'extended')}${process.pid}-`))
    const isZip = await isPacked(bundle)
    const made = isZip ? await packed(bundle, aside, manifest) : join(aside, MANIFEST)
    if (!isZip) await newFile(made, manifestText(manifest))
    await checkSame(bundle, before)
    const place = isZip ? bundle : join(bundle, MANIFEST)
    await rename(made, place)
    await syncFolder(dirname(place))
  } catch (error) {
    throw diskFailure(error, bundle)
  } finally {
    if (aside !== undefined) await rm(aside, { recursive: true, force: true })
  }
}

/** What runs left that were killed meanwhile. */
export async function removeLeftExtended(bundle: string): Promise<void> {
  for (const left of await leftBeside(bundle, 'extended')) {
    await rm(left, { recursive: true, force: true })
  }
}

async function checkSame(bundle: string, before: string): Promise<void> {
  const files = await openFiles(bundle, bundle)
  const now = await textIn(files, MANIFEST).finally(() => files.close())
  if (now === before) return
  throw new EvtError(`${bundle} was changed meanwhile: nothing was added`, {
    ...{ code: 'outside', hint: 'the same line reads it once more' },
  })
}

/** A zip file of the same files with another manifest. */
async function packed(bundle: string, aside: string, manifest: Sealed): Promise<string> {
  const files = await openFiles(bundle, bundle)
  try {
    for (const { name } of manifest.files) {
      const written = createWriteStream(join(aside, name), { flags: 'wx', mode: 0o600 })
      await pipeline(await files.read(name), written)
    }
  } finally {
    files.close()
  }
  await writeFile(join(aside, MANIFEST), manifestText(manifest), { flag: 'wx', mode: 0o600 })
  const zip = join(aside, 'bundle.zip')
  const names = [MANIFEST, ...manifest.files.map(({ name }) => name)]
  await writeZip(zip, { folder: aside, names, mtime: new Date(manifest.createdAt) })
  return zip
}
