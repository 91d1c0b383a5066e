import { setTimeout } from 'node:timers/promises'
import { makeTempFolder, removeTempFolder } from '../archives/temp-folder.js'
import { type Bucket, openBucket } from '../aws/bucket.js'
import { bucketPlace } from '../aws/bucket-address.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { patiently } from '../taps/patiently.js'
import { BucketLock } from './bucket-lock.js'
import { hourName, isOfPart, LOCK, OWN_FOLDER, partOf, type Store } from './store.js'

/** So long after somebody interrupts, a part may still be put. */
const LATE_MS = 20_000

interface PrefixOptions {
  aws: AwsOptions
  /** Somebody interrupts. */
  signal: AbortSignal
  onNote(text: string): void
}

/** A prefix of a bucket. Parts grow on this machine, and are put there whole. */
export async function openPrefix(
  address: string,
  { aws, signal, onNote }: PrefixOptions,
): Promise<Store> {
  const { name, prefix } = bucketPlace(address)
  const bucket = await openBucket(name, aws)
  const sleep = (ms: number) => setTimeout(ms, undefined, { signal }).then(() => undefined)
  const lock = new BucketLock(bucket, `${prefix}${LOCK}`, address, sleep)
  const workFolder = await makeTempFolder('evt-record-')
  const insist = insisting(address, signal, onNote)
  return {
    ...{ address, workFolder },
    read: async (file) => (await bucket.get(`${prefix}${file}`))?.bytes,
    write: (file, text) =>
      insist(async () => {
        await bucket.put(`${prefix}${file}`, text)
      }),
    hasOthers: () => hasOthers(bucket, prefix),
    lastPart: () => lastPart(bucket, prefix),
    filesBelow: (below) => filesBelow(bucket, prefix, below),
    remove: (name) => bucket.remove(`${prefix}${name}`),
    part: (part) => bucket.stream(`${prefix}${part}`),
    publish: (file, part) =>
      insist(() => publish(bucket, { file, key: `${prefix}${part}` }, address)),
    lock: () => lock.take(),
    giveUp: () => bucket.abortUploads(prefix, (key) => isOfPart(key.slice(prefix.length))),
    checkLock: () => insist(() => lock.check()),
    close: async () => {
      await removeTempFolder(workFolder)
      await lock.release().finally(() => bucket.close())
    },
  }
}

/** Calls again while S3 or the way to it fails, until somebody interrupts, and then for a while. */
function insisting(address: string, signal: AbortSignal, onNote: (text: string) => void) {
  const late = new AbortController()
  const leave = () => void setTimeout(LATE_MS, undefined, { ref: false }).then(() => late.abort())
  signal.addEventListener('abort', leave)
  return async <T>(call: () => Promise<T>): Promise<T> => {
    const options = { signal: late.signal, onNote }
    const done = await patiently(async () => ({ value: await call() }), address, options)
    if (done) return done.value
    throw new EvtError(`${address} does not answer: the last part is not there`, {
      code: 'outside',
      hint: 'what was acknowledged is in the recording; the same line goes on from there',
    })
  }
}

async function hasOthers(bucket: Bucket, prefix: string): Promise<boolean> {
  for await (const { keys, folders } of bucket.list(prefix)) {
    if (keys.some((key) => key !== prefix)) return true
    if (folders.some((folder) => folder !== `${prefix}${OWN_FOLDER}/`)) return true
  }
  return false
}

async function lastPart(bucket: Bucket, prefix: string): Promise<string | undefined> {
  const hours: string[] = []
  for await (const { folders } of bucket.list(prefix)) {
    const names = folders.map((folder) => folder.slice(prefix.length, -1))
    hours.push(...names.filter((name) => hourName.test(name)))
  }
  for (const hour of hours.sort().reverse()) {
    let last: string | undefined
    for await (const { keys } of bucket.list(`${prefix}${hour}/`)) {
      const parts = keys.map((key) => key.slice(prefix.length)).filter(partOf)
      last = parts.sort().at(-1) ?? last
    }
    if (last !== undefined) return last
  }
  return undefined
}

async function filesBelow(bucket: Bucket, prefix: string, below: string): Promise<string[]> {
  const names: string[] = []
  for await (const { folders } of bucket.list(`${prefix}${below}`)) {
    for (const folder of folders) {
      for await (const { keys } of bucket.list(folder)) {
        names.push(...keys.map((key) => key.slice(prefix.length)))
      }
    }
  }
  return names
}

/** Where an answer was lost, the part may be there already: then it is this one, since its name is
 * the lock's holder's alone. */
async function publish(
  bucket: Bucket,
  { file, key }: { file: string; key: string },
  address: string,
): Promise<void> {
  if (await bucket.putFile(key, file)) return
  const { readFile } = await import('node:fs/promises')
  const found = await bucket.get(key)
  if (found && (await readFile(file)).equals(found.bytes)) return
  throw new EvtError(`another evt has written ${key} to ${address}`, {
    code: 'outside',
    hint: 'what was acknowledged is in the recording; the same line goes on from there',
  })
}
