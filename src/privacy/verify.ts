import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { codeOf, readError } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { count } from '../reading/absence.js'
import { MANIFEST } from './bundle-writer.js'
import { PROOF } from './erasure-proof.js'
import { type BundledFile, chainOf, manifestText, type Sealed } from './manifest.js'
import { fileHash } from './seals.js'
import type { VerifyOptions, VerifyResult } from './verified.js'
import { verifyProof } from './verify-proof.js'

/** What is looked at of a manifest; all of it is in its chain. */
const written = z.looseObject({
  schema: z.literal('evt.bundle/1'),
  createdAt: z.string(),
  counts: z.looseObject({ matched: z.int() }),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string() })),
  chainSha256: z.string(),
})

/**
 * Checks a bundle against its manifest, and its manifest against itself; or the proof of an
 * erasure, and the objects that it tells of. It needs no key, and asks nobody
 * but for objects of S3, of a proof that is in no bundle.
 *
 * @throws EvtError `usage` where there is no bundle
 */
export async function verifyBundle(
  bundle: string,
  cwd: string,
  options: VerifyOptions,
): Promise<VerifyResult> {
  const folder = resolve(cwd, bundle)
  const proof = await verifyProof(bundle, folder, options)
  if (proof) return proof
  const names = await namesIn(bundle, folder)
  const text = names.includes(MANIFEST) ? await textOf(bundle, folder) : ''
  const manifest = manifestIn(text)
  const said = manifest?.files ?? []
  const faults = manifest ? [] : [{ name: MANIFEST, fault: 'is not what evt wrote' }]
  for (const file of said) {
    const fault = names.includes(file.name) ? await faultIn(folder, file) : 'is missing'
    if (fault) faults.push({ name: file.name, fault })
  }
  const isOfErasure = said.some(({ name }) => name === PROOF)
  const erased = isOfErasure ? await proofIn(folder, options) : undefined
  faults.push(...(erased?.faults ?? []).filter(({ name }) => name === PROOF))
  const known = new Set([MANIFEST, ...said.map(({ name }) => name)])
  const others = manifest ? names.filter((name) => !known.has(name)) : []
  faults.push(...others.map((name) => ({ name, fault: 'is not of the bundle' })))
  return {
    ...{ schema: 'evt.verify/1', bundle, intact: faults.length === 0 },
    createdAt: manifest?.createdAt ?? null,
    files: said.length,
    bytes: said.reduce((sum, { bytes }) => sum + bytes, 0),
    matched: manifest?.counts.matched ?? null,
    faults,
    ...(erased?.unasked !== undefined && { unasked: erased.unasked }),
    ...(erased && { changedSince: erased.faults.filter(({ name }) => name !== PROOF) }),
  }
}

/** A bundle is checked offline. */
function proofIn(folder: string, { signal }: VerifyOptions) {
  return verifyProof(PROOF, join(folder, PROOF), { aws: undefined, signal })
}

/** The faults of a bundle as the end of evt; undefined where it is intact. */
export function verifyFailure({ bundle, faults }: VerifyResult): EvtError | undefined {
  const [first] = faults
  if (!first) return undefined
  const others = faults.length - 1
  const more = others === 0 ? '' : `, and ${count(others, 'more fault')}`
  return new EvtError(`${bundle} is not what was written: ${first.name} ${first.fault}${more}`, {
    code: 'gate',
  })
}

/** Undefined where a byte of it is not what evt wrote. */
function manifestIn(text: string) {
  try {
    const all: unknown = JSON.parse(text)
    const manifest = written.parse(all)
    // What is hashed is all that stands there, in its order.
    const whole = all as Sealed
    const { chainSha256, ...rest } = whole
    const isWritten = manifestText({ ...whole }) === text
    return isWritten && chainOf(rest) === chainSha256 ? manifest : undefined
  } catch {
    return undefined
  }
}

async function faultIn(folder: string, file: BundledFile): Promise<string | undefined> {
  const { bytes, sha256 } = await fileHash(join(folder, file.name)).catch((error) => {
    throw readError(join(folder, file.name), error)
  })
  if (bytes !== file.bytes) return `has ${bytes} bytes instead of ${file.bytes}`
  return sha256 === file.sha256 ? undefined : 'has been changed'
}

async function textOf(bundle: string, folder: string): Promise<string> {
  return readFile(join(folder, MANIFEST), 'utf8').catch((error) => {
    throw readError(join(bundle, MANIFEST), error)
  })
}

async function namesIn(bundle: string, folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error): string[] => {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw readError(bundle, error)
    return []
  })
  if (names.includes(MANIFEST)) return names.sort()
  throw new EvtError(`${bundle} is no bundle: it has no ${MANIFEST}`, {
    code: 'usage',
    hint: 'evt gdpr extract writes bundles; the folder that --to names is one',
  })
}
