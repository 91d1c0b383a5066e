import { readdir, rm, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileHash } from '../archives/file-hash.js'
import { isRunning } from '../archives/is-running.js'
import type { FileObject } from '../archives/object.js'
import { cacheFolder } from '../config/cache-folder.js'
import { EvtError } from '../errors.js'
import { type ReplayCopy, replayCopies } from '../leftovers/replay-copies.js'
import { OWN_FOLDER } from '../record/store.js'
import { journalsAbout } from './cache-journals.js'
import { diskFailure } from './disk-failure.js'
import { dropLeft, eraseObject } from './erase-object.js'
import type { Eraser } from './eraser.js'
import { GOES_ON } from './goes-on.js'
import type { Journal } from './journal.js'
import { isTouched, type ObjectPass, passThrough } from './object-pass.js'
import type { Subject } from './subject.js'

/** What became of what `evt replay` keeps of streams and queues that it did not send to its end. */
export interface CopiesErased {
  /** Files in the cache that were written again. */
  erased: number
  /** Recordings that were removed, as they cannot be. */
  removed: number
  /** Folders that hold what has to be kept, and cannot be written again. */
  left: string[]
  /** Journals of evt in the cache that hold an identifier. */
  journals: string[]
}

interface CopyOptions {
  eraser: Eraser
  key: string
  journal: Journal
  env: Readonly<Record<string, string | undefined>>
  subject: Subject
}

/**
 * Takes a subject out of what replays of streams and queues have recorded in the cache of evt,
 * which whoever typed them may go on with.
 *
 * @throws EvtError `outside` where one that is running holds the subject
 */
export async function eraseCopies(options: CopyOptions): Promise<CopiesErased> {
  const done: CopiesErased = { erased: 0, removed: 0, left: [], journals: [] }
  for (const copy of await replayCopies(cacheFolder(options.env))) {
    // Nobody goes on with what was not recorded to its end.
    if (copy.isWhole) await eraseCopy(copy, done, options)
    else await removeCopy(copy, done)
  }
  done.journals = await journalsAbout(options.env, options.subject)
  return done
}

async function eraseCopy(copy: ReplayCopy, done: CopiesErased, options: CopyOptions) {
  const { eraser, key } = options
  const found: { object: FileObject; pass: ObjectPass }[] = []
  for (const object of await filesOf(copy.folder)) {
    const pass = await passThrough(object, { eraser, key })
    const { counts, refused } = pass
    if (isTouched(counts) || counts.left > 0 || refused !== null) found.push({ object, pass })
    // By a run before, that was killed.
    else if (options.journal.stepOf(object.file)?.state === 'replaced') {
      await dropLeft(object.file)
      done.erased += 1
    }
  }
  if (found.length === 0) return
  const isWritable = found.every(({ pass }) => pass.refused === null && pass.counts.left === 0)
  const isHeld = found.some(({ pass }) => pass.counts.held > 0)
  if (!isWritable && isHeld) done.left.push(copy.folder)
  else if (!isWritable) await removeCopy(copy, done)
  else {
    checkIsLeft(copy)
    for (const { object, pass } of found) await eraseFile(object, pass, options)
    done.erased += found.length
  }
}

async function eraseFile(object: FileObject, pass: ObjectPass, options: CopyOptions) {
  const { path, file } = object
  const { sniffed, counts, rows } = pass
  const { compression, format } = sniffed
  const what = { compression, format, counts, rows }
  await eraseObject({ path, file, ...(await fileHash(file)), ...what }, options)
}

async function removeCopy(copy: ReplayCopy, done: CopiesErased): Promise<void> {
  checkIsLeft(copy)
  await rm(copy.folder, { recursive: true, force: true }).catch((error) => {
    throw diskFailure(error, copy.folder, GOES_ON)
  })
  done.removed += 1
}

/** What is being sent is not changed below who sends it. */
function checkIsLeft({ folder, pid, isWhole }: ReplayCopy): void {
  if (!isRunning(pid)) return
  const what = isWhole ? 'sends what it has recorded of the subject' : 'is recording'
  throw new EvtError(`evt replay (process ${pid}) ${what}: ${folder}`, {
    code: 'outside',
    hint: `let it end, or end it\n${GOES_ON}`,
  })
}

async function filesOf(folder: string): Promise<FileObject[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = found
    .filter((one) => one.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !isOwn(relative(folder, file).split(sep)))
  return Promise.all(
    files.sort().map(async (file): Promise<FileObject> => {
      const { size: sizeBytes, mtimeMs } = await stat(file)
      return { kind: 'file', path: file, file, sizeBytes, mtimeMs }
    }),
  )
}

/** What no event is in: how far evt record was, and what an erasure left that was killed. */
function isOwn(steps: readonly string[]): boolean {
  return steps[0] === OWN_FOLDER || steps.at(-1)?.startsWith('.') === true
}
