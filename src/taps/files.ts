import { realpath } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { placesOf } from '../archives/address.js'
import type { FilePlace } from '../archives/place.js'
import { sniff } from '../archives/sniff.js'
import type { Decoded } from '../event/event.js'
import type { ObjectPlace, TextPlace } from './file-places.js'
import { FollowedFile } from './followed-file.js'
import { FollowedFolder, inOrder } from './followed-folder.js'
import { Generation, isText } from './generation.js'
import { fileObject, objectRecords, refusal } from './object-records.js'
import type { Tap, TapOptions } from './tap.js'
import { Wake } from './wake.js'

type Places = readonly (TextPlace | ObjectPlace)[]

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
  resumed:
    'Nothing twice. A file that was rotated is read to its end under its new name, if it is ' +
    'still in the folder and no copy: what was added to one that was rotated twice, compressed ' +
    'or cut while nobody followed it may be missed. A line that is not whole yet is left to a ' +
    'later run.',
  checkpointVersion: () => 1,
  open: readFiles,
}

async function* readFiles(address: string, options: TapOptions): AsyncGenerator<Decoded[]> {
  const places = await placesOf(address, options)
  const files = places.filter((place): place is FilePlace => 'file' in place)
  const before = await placesBefore(options)
  const [file] = files
  if (file && files.length === 1 && file.path === address) {
    yield* readFile({ ...file, file: await nameOf(address, file, options) }, before, options)
    return
  }
  // Who says where to begin wants to see what comes.
  const { start, follow = start !== undefined, checkpoint } = options
  const folder = new FollowedFolder(address, options, before)
  const from = before === undefined ? (start ?? 'beginning') : 'beginning'
  if (follow) yield* folder.read(files, from)
  else if (checkpoint) yield* folder.readOnce(files, from)
  else yield* wholeFiles(files, options)
}

/** Where another run was. */
async function placesBefore({ resume }: TapOptions): Promise<Places | undefined> {
  if (resume === undefined) return undefined
  const { filePlaces } = await import('./file-places.js')
  return filePlaces(resume)
}

async function* wholeFiles(
  files: readonly FilePlace[],
  options: TapOptions,
): AsyncGenerator<Decoded[]> {
  for (const place of inOrder(files)) {
    if (options.signal.aborted) return
    const object = await fileObject(place)
    yield* objectRecords(object, await sniff(object), options)
  }
}

/** Where a file stands, rather than what a link leads to now: that changes when it is rotated. */
async function nameOf(address: string, { file }: FilePlace, { cwd }: TapOptions): Promise<string> {
  const named = resolve(cwd, address)
  const real = await realpath(named).catch(() => undefined)
  return real === file ? named : file
}

async function* readFile(
  place: FilePlace,
  before: Places | undefined,
  options: TapOptions,
): AsyncGenerator<Decoded[]> {
  const { file, path } = place
  const { checkpoint } = options
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
      const refused = refusal(path, sniffed)
      if (refused) throw refused
      if (!checkpoint) yield* wholeFiles([place], options)
      else yield* new FollowedFolder(path, options, before).readOnce([place], 'beginning')
      return
    }
    const { start = { lastEvents: LAST_EVENTS }, follow = true } = options
    yield* before ? followed.resume(first, before) : followed.begin(first, start)
    options.onReady?.()
    if (follow) yield* following(followed, place, options)
    else if (!checkpoint) yield* first.end()
  } finally {
    await followed.close()
  }
}

async function* following(
  followed: FollowedFile,
  { file }: { file: string },
  { signal, pollMs = POLL_MS }: TapOptions,
): AsyncGenerator<Decoded[]> {
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
