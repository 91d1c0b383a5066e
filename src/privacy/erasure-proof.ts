import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { pathText } from '../event/json-path.js'
import type { ErasePlan } from './erase-plan.js'
import type { Journal } from './journal.js'
import { filesLike } from './nameless-file.js'
import type { ObjectCounts } from './object-pass.js'
import { fileHash, keyedHash, sha256 } from './seals.js'
import { idOf, kindOf, withoutIdentifiers } from './subject.js'
import type { VerifyResult } from './verified.js'

/** Its name in a bundle. */
export const PROOF = 'proof.json'

/** `evt.erased/1`: what was erased, without saying of whom. It takes the place of the plan. */
export interface ErasureProof {
  schema: 'evt.erased/1'
  plannedAt: string
  finishedAt: string
  tool: ErasePlan['tool']
  parameters: { of: string; hmacSha256: string }[]
  mode: ErasePlan['mode']
  mentions: boolean
  holds: string[]
  sources: string[]
  searched: ErasePlan['searched']
  objects: ErasedObject[]
  refused: ErasePlan['refused']
  /** What erased events pointed to, which is not erased with them. */
  claims: string[]
  indexesDropped: number
  completeness: string[]
}

interface ErasedObject {
  file: string
  before: { bytes: number; sha256: string }
  after: { bytes: number; sha256: string }
  counts: ObjectCounts
}

/** No identifier is in it, but as a keyed hash. */
export function proofOf(
  plan: ErasePlan,
  { journal, indexes, nowMs }: { journal: Journal; indexes: number; nowMs: number },
): ErasureProof {
  const { subject, key, tool, mode, mentions, holds, searched } = plan
  const clean = (text: string) => withoutIdentifiers(text, subject)
  return {
    ...{ schema: 'evt.erased/1', plannedAt: plan.createdAt },
    ...{ finishedAt: new Date(nowMs).toISOString(), tool },
    parameters: [
      ...subject.entities.map((one) => ({
        of: kindOf(one),
        hmacSha256: keyedHash(key, idOf(one)),
      })),
      ...subject.values.map(({ path, value }) => ({
        of: path === null ? '*' : pathText(path),
        hmacSha256: keyedHash(key, value),
      })),
    ],
    ...{ mode, mentions, holds, sources: plan.sources.map(clean), searched },
    objects: plan.objects.map(({ file, bytes, sha256: hash, counts }) => {
      const before = { bytes, sha256: hash }
      const { bytes: left, sha256: leftHash } = journal.stepOf(file) ?? before
      return { file: clean(file), before, after: { bytes: left, sha256: leftHash }, counts }
    }),
    refused: plan.refused.map(({ path, reason }) => ({ path: clean(path), reason })),
    claims: plan.claims.map(clean),
    indexesDropped: indexes,
    completeness: [
      `Erased: what was in ${plan.sources.map(clean).join(', ')}, and its indexes by evt.`,
      ...(plan.objects.some(({ file }) => clean(file) !== file)
        ? ['Not erased: identifiers in the names of files and folders. They have to be renamed.']
        : []),
      'Not erased: other copies, backups, logs, messages in queues and streams, archives of ' +
        'EventBridge, older versions of objects, and what subscribers keep. They have to be told.',
      'Not searched: payloads that records only point to (claim checks).',
    ],
  }
}

export function proofText(proof: ErasureProof): string {
  return `${JSON.stringify({ ...proof, chainSha256: sha256(JSON.stringify(proof)) }, null, 2)}\n`
}

const shape = z.looseObject({
  schema: z.literal('evt.erased/1'),
  plannedAt: z.string(),
  finishedAt: z.string(),
  objects: z.array(
    z.looseObject({
      file: z.string(),
      after: z.strictObject({ bytes: z.int(), sha256: z.string() }),
      counts: z.looseObject({ dropped: z.int(), changed: z.int() }),
    }),
  ),
  chainSha256: z.string(),
})

type ReadProof = z.infer<typeof shape> | 'changed' | undefined

/** A proof as evt wrote it; undefined for anything else, `changed` where it was one. */
export async function readProof(file: string): Promise<ReadProof> {
  return proofIn(await readFile(file, 'utf8').catch(() => ''))
}

function proofIn(text: string): ReadProof {
  try {
    const all: unknown = JSON.parse(text)
    const proof = shape.parse(all)
    const { chainSha256: _, ...rest } = all as ErasureProof & { chainSha256: string }
    return proofText(rest) === text ? proof : 'changed'
  } catch {
    return text.includes('"evt.erased/1"') ? 'changed' : undefined
  }
}

/** Whether a proof is what was written, and the objects are as it says; undefined for no proof. */
export async function verifyProof(proof: string, text: string): Promise<VerifyResult | undefined> {
  const read = proofIn(text)
  if (read === undefined) return undefined
  const result = { schema: 'evt.verify/1' as const, bundle: proof, files: 0, bytes: 0 }
  if (read === 'changed') {
    const faults = [{ name: proof, fault: 'is not what evt wrote' }]
    return { ...result, intact: false, createdAt: null, matched: null, faults }
  }
  const faults: VerifyResult['faults'] = []
  for (const { file: name, after } of read.objects) {
    const files = await filesLike(name)
    const now = await Promise.all(files.map((one) => fileHash(one).catch(() => undefined)))
    if (now.every((one) => !one)) faults.push({ name, fault: 'is missing' })
    else if (!now.some((one) => one?.sha256 === after.sha256)) {
      faults.push({ name, fault: 'has been changed' })
    }
  }
  return {
    ...{ ...result, intact: faults.length === 0, createdAt: read.finishedAt, faults },
    files: read.objects.length,
    bytes: read.objects.reduce((sum, { after }) => sum + after.bytes, 0),
    matched: read.objects.reduce((sum, { counts }) => sum + counts.dropped + counts.changed, 0),
  }
}
