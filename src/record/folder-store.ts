import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder } from '../archives/make-folder.js'
import { codeOf } from '../archives/read-error.js'
import { FolderLock } from './folder-lock.js'
import { hourName, LOCK, OWN_FOLDER, partOf, type Store } from './store.js'
import { writeFailure } from './write-failure.js'

/** A folder. What is put in place is on the disk before, and its name after. */
export async function openFolder(address: string, folder: string): Promise<Store> {
  const workFolder = join(folder, OWN_FOLDER)
  const told = <T>(call: () => Promise<T>) =>
    call().catch((error) => {
      throw writeFailure(error, address)
    })
  await told(() => makeFolder(workFolder))
  const lock = new FolderLock(join(folder, LOCK), address)
  const put = async (file: string, name: string) => {
    const target = join(folder, name)
    await made(dirname(target), folder)
    await rename(file, target)
    await synced(dirname(target))
  }
  return {
    ...{ address, workFolder },
    read: (name) => told(() => ifThere(readFile(join(folder, name)))),
    write: (name, text) =>
      told(async () => {
        const aside = join(workFolder, `${name.split('/').at(-1)}.part`)
        await written(aside, text)
        await put(aside, name)
      }),
    hasOthers: () => told(async () => (await readdir(folder)).some((name) => !isOwn(name))),
    lastPart: () => told(() => lastPart(folder)),
    filesBelow: (below) => told(() => filesBelow(folder, below)),
    remove: (name) => told(() => rm(join(folder, name), { force: true })),
    part: async (name) => createReadStream(join(folder, name)),
    pathOf: (name) => join(folder, name),
    publish: (file, name) => told(() => put(file, name)),
    lock: () =>
      told(async () => {
        await lock.take()
        await removeParts(workFolder)
      }),
    // What had begun lay in the work folder.
    giveUp: () => Promise.resolve(),
    checkLock: () => told(() => lock.check()),
    close: () => told(() => lock.release(() => removeParts(workFolder))),
  }
}

/** What is hidden, or a file system's own, is nobody's archive. */
function isOwn(name: string): boolean {
  return name.startsWith('.') || name === OWN_FOLDER || name === 'lost+found'
}

async function lastPart(folder: string): Promise<string | undefined> {
  const hours = (await readdir(folder)).filter((name) => hourName.test(name)).sort()
  for (const hour of hours.reverse()) {
    const names = (await readdir(join(folder, hour))).map((name) => `${hour}/${name}`)
    const last = names.filter(partOf).sort().at(-1)
    if (last !== undefined) return last
  }
  return undefined
}

async function filesBelow(folder: string, below: string): Promise<string[]> {
  const all = (await ifThere(readdir(join(folder, below), { withFileTypes: true }))) ?? []
  const names: string[] = []
  for (const entry of all.filter((each) => each.isDirectory())) {
    const inside = await readdir(join(folder, below, entry.name))
    names.push(...inside.map((name) => `${below}${entry.name}/${name}`))
  }
  return names
}

async function made(folder: string, above: string): Promise<void> {
  if (await isFolder(folder)) return
  if (dirname(folder) !== above) await made(dirname(folder), above)
  await mkdir(folder, { mode: 0o700 })
  await synced(dirname(folder))
}

async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined))?.isDirectory() === true
}

async function written(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** That a name stands in a folder is on the disk only then. */
async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What grew when a run was killed. */
async function removeParts(workFolder: string): Promise<void> {
  for (const name of await readdir(workFolder)) {
    if (name.endsWith('.part')) await rm(join(workFolder, name), { force: true })
  }
}

async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
