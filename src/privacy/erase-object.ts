import { chmod, chown, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileHash } from '../archives/file-hash.js'
import type { Sniffed } from '../archives/object.js'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { diskFailure } from './disk-failure.js'
import type { PlannedObject } from './erase-plan.js'
import type { Eraser } from './eraser.js'
import { GOES_ON } from './goes-on.js'
import { dropLeftLock, freeLock, holdLock } from './hold-lock.js'
import type { Journal, Step } from './journal.js'
import { isTouched, passThrough } from './object-pass.js'
import { PackedFile } from './packed-file.js'
import { isReadAlike } from './read-alike.js'
import { syncFolder } from './sync-folder.js'

/**
 * Writes an object again without the subject, beside it, looks at what was written, and puts it in
 * its place at once. What was done before is found in the journal.
 *
 * @throws EvtError `outside` where the object is not what was planned, or cannot be written
 */
export async function eraseObject(
  object: PlannedObject,
  { eraser, key, journal }: { eraser: Eraser; key: string; journal: Journal },
): Promise<void> {
  const { path, file } = object
  if (journal.stepOf(file)?.state === 'replaced') return dropLeft(file)
  const aside = asideOf(file)
  const lock = lockOf(file)
  // What is beside it has one name, whichever plan it is of.
  await holdLock(lock, { does: `writes ${path} again`, path, hint: GOES_ON })
  try {
    await eraseHeld(object, { eraser, key, journal, aside })
  } finally {
    await freeLock(lock)
  }
}

/** Of one that is in its place: evt may have been killed just then. */
export function dropLeft(file: string): Promise<void> {
  return dropLeftLock(lockOf(file))
}

function asideOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.evt-erase`)
}

function lockOf(file: string): string {
  return `${asideOf(file)}.lock`
}

async function eraseHeld(
  object: PlannedObject,
  { eraser, key, journal, aside }: { eraser: Eraser; key: string; journal: Journal; aside: string },
): Promise<void> {
  const { path, file } = object
  const known = journal.stepOf(file)
  const now = await fileHash(file).catch((error) => {
    throw changedSince(path, codeOf(error) === 'ENOENT' ? 'is gone' : 'cannot be read', error)
  })
  if (known?.sha256 === now.sha256) return journal.add({ ...known, state: 'replaced' })
  if (now.sha256 !== object.sha256) throw changedSince(path, 'has changed')
  const before = await stat(file)
  try {
    const { mode, uid, gid } = before
    const written = await writeAside(object, { eraser, key, from: file, aside })
    await chmod(aside, mode & 0o7777)
    await chown(aside, uid, gid).catch(() => undefined)
    await journal.add(written)
    const last = await stat(file)
    if (last.size !== before.size || last.mtimeMs !== before.mtimeMs || last.ino !== before.ino) {
      throw changedSince(path, 'has changed')
    }
    await rename(aside, file)
    await syncFolder(dirname(file))
    await journal.add({ ...written, state: 'replaced' })
  } catch (error) {
    await rm(aside, { force: true })
    throw diskFailure(error, path, GOES_ON)
  }
}

/** Writes an object anew, and looks at what was written. @param from where its bytes are */
export async function writeAside(
  object: PlannedObject,
  { eraser, key, from, aside }: { eraser: Eraser; key: string; from: string; aside: string },
): Promise<Step> {
  const { path, file, counts } = object
  const { size: sizeBytes, mtimeMs } = await stat(from)
  const target = await PackedFile.open(aside)
  let known: Sniffed
  let column: string | undefined
  try {
    const source = { kind: 'file' as const, path, file: from, sizeBytes, mtimeMs }
    const pass = await passThrough(source, { eraser, key, target })
    const isAsPlanned = JSON.stringify(pass.counts) === JSON.stringify(counts)
    if (pass.refused !== null || !isAsPlanned) throw otherwise(path)
    await target.finish(pass.sniffed.compression)
    known = pass.sniffed
    column = pass.column
  } catch (error) {
    await target.discard()
    throw error
  }
  await checkWritten(object, { eraser, key, aside, known, column })
  return { file, state: 'written', ...(await fileHash(aside)) }
}

interface CheckOptions {
  eraser: Eraser
  key: string
  aside: string
  known: Sniffed
  column: string | undefined
}

/** Reads what was written: nothing of the subject is in it, and nothing else is missing. */
async function checkWritten(
  { path, counts }: PlannedObject,
  { aside, ...options }: CheckOptions,
): Promise<void> {
  const { size: sizeBytes, mtimeMs } = await stat(aside)
  const written = { kind: 'file' as const, path, file: aside, sizeBytes, mtimeMs }
  const { counts: found, refused, column } = await passThrough(written, options)
  const isWhole = found.units === counts.units - counts.unitsDropped
  const isKept = found.held === counts.held && found.left === counts.left
  // Another column may hold most of the events that are left.
  const isSameColumn = found.units === 0 || column === options.column
  const isErased = refused === null && !isTouched(found) && isWhole && isKept && isSameColumn
  if (isErased && (await isReadAlike(written, options.known))) return
  throw new EvtError(`${path} would not be right without the subject: it stays as it is`, {
    code: 'outside',
    hint: GOES_ON,
  })
}

export function changedSince(path: string, what: string, cause?: unknown): EvtError {
  return new EvtError(`${path} ${what} since the plan was made: it stays as it is`, {
    code: 'outside',
    hint: 'make a new plan for what is there now',
    cause,
  })
}

function otherwise(path: string): EvtError {
  return new EvtError(`${path} is read otherwise than when the plan was made: it stays as it is`, {
    code: 'outside',
    hint: 'make a new plan with this evt',
  })
}
