import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { fileHash } from '../archives/file-hash.js'
import { proofIn, type ReadProof } from './erasure-proof.js'
import { filesLike } from './nameless-file.js'
import { IDENTIFIER } from './subject.js'
import type { VerifyOptions, VerifyResult } from './verified.js'
import { storedFaults } from './verify-stored.js'

/** Whether a proof is what was written, and the objects are as it says. */
export async function verifyProof(
  proof: string,
  text: string,
  options: VerifyOptions,
): Promise<VerifyResult | undefined> {
  const read = proofIn(text)
  if (read === undefined) return undefined
  const result = { schema: 'evt.verify/1' as const, bundle: proof, files: 0, bytes: 0 }
  if (read === 'changed') {
    const faults = [{ name: proof, fault: 'is not what evt wrote' }]
    return { ...result, intact: false, createdAt: null, matched: null, faults }
  }
  const ofStored = await storedFaults(read, options)
  const ofFiles = [...(await fileFaults(read)), ...(await payloadFaults(read))]
  const faults = [...ofFiles, ...ofStored.faults]
  return {
    ...{ ...result, intact: faults.length === 0, createdAt: read.finishedAt, faults },
    files: read.objects.length,
    bytes: read.objects.reduce((sum, { after }) => sum + after.bytes, 0),
    matched: read.objects.reduce((sum, { counts }) => sum + counts.dropped + counts.changed, 0),
    ...(ofStored.unasked > 0 && { unasked: ofStored.unasked }),
  }
}

/** Copies of payloads that were removed. */
async function payloadFaults({
  payloads = [],
  finishedAt,
}: ReadProof): Promise<VerifyResult['faults']> {
  const faults: VerifyResult['faults'] = []
  for (const { address: name, isFile, bytes } of payloads) {
    if (!isFile) continue
    const files = await filesLike(name)
    const found = await Promise.all(files.map((one) => stat(one).catch(() => undefined)))
    // Of those that the name may mean others have always been there.
    const isOne = !name.includes(IDENTIFIER)
    const isLike = (one: Stats) => one.size === bytes && one.ctimeMs > Date.parse(finishedAt)
    const isBack = found.some((one) => one && (isOne || isLike(one)))
    if (isBack) faults.push({ name, fault: 'is there again' })
  }
  return faults
}

async function fileFaults({ objects }: ReadProof): Promise<VerifyResult['faults']> {
  const faults: VerifyResult['faults'] = []
  for (const { file: name, after } of objects) {
    if (after.stored) continue
    const files = await filesLike(name)
    const now = await Promise.all(files.map((one) => fileHash(one).catch(() => undefined)))
    if (now.every((one) => !one)) faults.push({ name, fault: 'is missing' })
    else if (!now.some((one) => one?.sha256 === after.sha256)) {
      faults.push({ name, fault: 'has been changed' })
    }
  }
  return faults
}
