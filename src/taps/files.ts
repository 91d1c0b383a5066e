import { realpath } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { placesOf } from '../archives/address.js'
import type { FilePlace } from '../archives/place.js'
import { type FilesCheckpoint, savedFiles } from './files-checkpoint.js'
import { FollowedFile } from './followed-file.js'
import { FollowedFolder, inOrder } from './followed-folder.js'
import { Generation, isText } from './generation.js'
import { fileObject } from './object-records.js'
import type { Batch, Tap, TapOptions } from './tap.js'
import { Wake } from './wake.js'
import { WholeFiles } from './whole-files.js'

const LAST_EVENTS = 10
const POLL_MS = 250

/** Files that grow, and folders and globs, which may receive new ones. */
export const tap: Tap = {
  name: 'files',
  reads: 'a file, a folder, a glob, an alias of one',
  safety: 'observe',
  missed:
    'What a program writes and cuts off again, or a file that was rotated twice, within a ' +
    'quarter of a second. Of more than 64 MB before the last ten events, what lies further back.',
  repeated: 'A file that is copied, or was cut and written anew, is read again.',
  cost: 'None; a folder is listed every second while it is followed.',
  iamActions: [],
  open: readFiles,
}

async function* readFiles(address: string, options: TapOptions): AsyncGenerator<Batch> {
  const places = await placesOf(address, options)
  const files = places.filter((place): place is FilePlace => 'file' in place)
  const [file] = files
  if (file && files.length === 1 && file.path === address) {
    yield* readFile({ ...file, file: await nameOf(address, file, options) }, options)
    return
  }
  // Who says where to begin wants to see what comes.
  const { start, follow = start !== undefined } = options
  if (follow) yield* new FollowedFolder(address, options).read(files, start ?? 'beginning')
  else yield* wholeFiles(files, options)
}

async function* wholeFiles(
  files: readonly FilePlace[],
  options: TapOptions,
): AsyncGenerator<Batch> {
  const reading = new WholeFiles(savedFiles(options.resume), options)
  for (const place of inOrder(files)) {
    if (options.signal.aborted) return
    const object = await fileObject(place)
    for await (const batch of reading.read(object, 0)) {
      batch.checkpoint = { files: reading.saved } satisfies FilesCheckpoint
      yield batch
    }
  }
}

/** Where a file stands, rather than what a link leads to now: that changes when it is rotated. */
async function nameOf(address: string, { file }: FilePlace, { cwd }: TapOptions): Promise<string> {
  const named = resolve(cwd, address)
  const real = await realpath(named).catch(() => undefined)
  return real === file ? named : file
}

async function* readFile(place: FilePlace, options: TapOptions): AsyncGenerator<Batch> {
  const { file, path } = place
  const first = await Generation.open(place, options)
  if (!first) {
    const { missing } = await import('../archives/missing.js')
    throw await missing(path, options.cwd)
  }
  const followed = new FollowedFile(file, path, options)
  try {
    const sniffed = await first.format()
    if (sniffed && !isText(sniffed)) {
      await first.close()
      yield* wholeFiles([place], options)
      return
    }
    const { start = { lastEvents: LAST_EVENTS }, follow = true } = options
    const saved = savedFiles(options.resume)
    yield* saved.length > 0 ? followed.resume(first, saved) : followed.begin(first, start)
    if (follow) yield* following(followed, place, options)
    else yield* followed.end()
  } finally {
    await followed.close()
  }
}

async function* following(
  followed: FollowedFile,
  { file }: { file: string },
  { signal, pollMs = POLL_MS }: TapOptions,
): AsyncGenerator<Batch> {
  const name = basename(file)
  const wake = new Wake([dirname(file)], signal, (changed) => changed === name)
  try {
    while (!signal.aborted) {
      yield* followed.read()
      await wake.wait(pollMs)
    }
  } finally {
    wake.close()
  }
}
