import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ReadableStream } from 'node:stream/web'
import { streamHash } from '../archives/file-hash.js'
import { EvtError } from '../errors.js'
import { count } from '../reading/absence.js'
import { AGE, type Decryption, decryptionBy } from './age.js'
import { type BundleFiles, isPacked, openFiles, textIn } from './bundle-files.js'
import { MANIFEST } from './bundle-writer.js'
import { PROOF } from './erasure-proof.js'
import { type BundledFile, lastAnswers } from './manifest.js'
import { type ManifestWords, manifestIn } from './read-manifest.js'
import type { VerifyOptions, VerifyResult } from './verified.js'
import { verifyProof } from './verify-proof.js'

interface BundleOptions extends VerifyOptions {
  cwd: string
  /** A file with keys of age, to see whether what is encrypted can be read. */
  ageIdentity: string | undefined
}

/**
 * Checks a bundle against its manifest, and its manifest against itself; or the proof of an
 * erasure, and the objects that it tells of. That files are what was written is known of their
 * bytes, encrypted or not: it needs no key, and asks nobody but for objects of S3, of a proof that
 * is in no bundle.
 *
 * @throws EvtError `usage` where there is no bundle
 */
export async function verifyBundle(bundle: string, options: BundleOptions): Promise<VerifyResult> {
  const path = resolve(options.cwd, bundle)
  // One of an erasure that is no bundle is a file of text.
  const text = (await isPacked(path)) ? '' : await readFile(path, 'utf8').catch(() => '')
  const proof = await verifyProof(bundle, text, options)
  if (proof) return proof
  const keys =
    options.ageIdentity === undefined
      ? undefined
      : await decryptionBy(resolve(options.cwd, options.ageIdentity))
  const files = await openFiles(bundle, path)
  try {
    return await verifyFiles(bundle, files, { keys, signal: options.signal })
  } finally {
    files.close()
  }
}

async function verifyFiles(
  bundle: string,
  files: BundleFiles,
  { keys, signal }: Pick<VerifyOptions, 'signal'> & { keys: Decryption | undefined },
): Promise<VerifyResult> {
  const { names } = files
  const manifest = manifestIn(await textIn(files, MANIFEST).catch(() => ''))?.said
  const said = manifest?.files ?? []
  const faults = manifest ? [] : [{ name: MANIFEST, fault: 'is not what evt wrote' }]
  for (const file of said) {
    const isThere = names.includes(file.name)
    const fault = isThere ? await faultIn(files, file) : 'is missing'
    if (fault) faults.push({ name: file.name, fault })
  }
  const isOfErasure = names.includes(PROOF) && said.some(({ name }) => name === PROOF)
  const erased = isOfErasure
    ? await verifyProof(PROOF, await textIn(files, PROOF).catch(() => ''), {
        // A bundle is checked offline.
        ...{ aws: undefined, signal },
      })
    : undefined
  faults.push(...(erased?.faults ?? []).filter(({ name }) => name === PROOF))
  const known = new Set([MANIFEST, ...said.map(({ name }) => name)])
  const others = names.filter((name, n) => !known.has(name) || names.indexOf(name) !== n)
  if (manifest) faults.push(...others.map((name) => ({ name, fault: 'is not of the bundle' })))
  if (faults.length === 0 && files.fault) faults.push({ name: bundle, fault: files.fault })
  const encrypted = manifest?.encryption ? await readableBy(files, said, keys) : undefined
  return {
    ...{ schema: 'evt.verify/1', bundle, intact: faults.length === 0 },
    createdAt: manifest?.createdAt ?? null,
    files: said.length,
    bytes: said.reduce((sum, { bytes }) => sum + bytes, 0),
    matched: manifest?.counts.matched ?? null,
    faults,
    ...(erased?.unasked !== undefined && { unasked: erased.unasked }),
    ...(encrypted && { encrypted }),
    ...(manifest?.acknowledgements && { acknowledged: acknowledgedIn(manifest) }),
    ...(erased && { changedSince: erased.faults.filter(({ name }) => name !== PROOF) }),
  }
}

/** How many recipients have answered, and who did not say that nothing is there any more. */
function acknowledgedIn({ recipients, acknowledgements = [] }: ManifestWords) {
  const last = lastAnswers(acknowledgements)
  const known = recipients?.consumers.map(({ id }) => id)
  const missing = known?.filter((id) => !last.has(id)) ?? []
  const open = [...last].flatMap(([id, { status }]) =>
    status === 'erased' || status === 'notFound' ? [] : [id],
  )
  // Who is no recipient by the topology does not stand for one that is.
  const answered = known ? known.length - missing.length : last.size
  return { answered, missing, open }
}

/** The faults of a bundle as the end of evt; undefined where it is intact, and can be read. */
export function verifyFailure({ bundle, faults, encrypted }: VerifyResult): EvtError | undefined {
  const [first] = faults
  if (!first && encrypted === 'unreadable') {
    return new EvtError(`${bundle} is what was written, but not for the keys of --age-identity`, {
      code: 'gate',
    })
  }
  if (!first) return undefined
  const others = faults.length - 1
  const more = others === 0 ? '' : `, and ${count(others, 'more fault')}`
  const which = first.name === bundle ? 'it' : first.name
  return new EvtError(`${bundle} is not what was written: ${which} ${first.fault}${more}`, {
    code: 'gate',
  })
}

async function faultIn(files: BundleFiles, file: BundledFile): Promise<string | undefined> {
  const now = await hashOf(files, file.name).catch((error) => {
    if (error instanceof EvtError) throw error
    // What is packed can be unpacked no more.
    return undefined
  })
  if (now && now.bytes !== file.bytes) return `has ${now.bytes} bytes instead of ${file.bytes}`
  return now?.sha256 === file.sha256 ? undefined : 'has been changed'
}

async function hashOf(files: BundleFiles, name: string) {
  return streamHash(await files.read(name))
}

async function readableBy(
  files: BundleFiles,
  said: readonly BundledFile[],
  keys: Decryption | undefined,
): Promise<VerifyResult['encrypted']> {
  if (!keys) return 'notTried'
  for (const { name } of said) {
    const isSecret = name.endsWith(AGE) && files.names.includes(name)
    if (isSecret && !(await opens(files, name, keys))) return 'unreadable'
  }
  return 'readable'
}

/** Each chunk of it says that it is whole. */
async function opens(files: BundleFiles, name: string, keys: Decryption): Promise<boolean> {
  const secret = ReadableStream.from<Uint8Array>(await files.read(name))
  try {
    for await (const _ of await keys.decrypt(secret));
    return true
  } catch {
    return false
  }
}
