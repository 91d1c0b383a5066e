import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { pathText } from '../event/json-path.js'
import type { CopiesErased } from './erase-copies.js'
import type { PayloadsErased } from './erase-payloads.js'
import type { ErasePlan, PlannedObject } from './erase-plan.js'
import type { Journal } from './journal.js'
import { nameless, pseudonymous } from './nameless.js'
import type { Notified } from './notice.js'
import type { ObjectCounts } from './object-pass.js'
import { payloadSentences } from './payload-sentences.js'
import { cleanRecipients, type Recipients, recipientsSentence } from './recipients.js'
import { keyedHash, sha256 } from './seals.js'
import { idOf, kindOf, withoutIdentifiers } from './subject.js'

const OF_OTHERS =
  'Not searched: what evt keeps in the caches of other users and on other machines, such as ' +
  'indexes and recordings of evt replay; those of the user who applied the plan were.'
const OF_MAPPING =
  'Events in these caches were found by the mapping of the plan: what evt replay --map read ' +
  'otherwise was not.'

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
  /** Older versions of objects of S3, and delete markers, that were removed for good. */
  versionsRemoved?: { address: string; versionId: string; isMarker: boolean }[]
  /** What erased events pointed to, which is not erased with them. */
  claims: string[]
  /** Who was sent what was erased, and that they were told. */
  recipients?: Recipients
  notified?: Notified
  /** By whom others were told before, in runs that came no further. */
  notifiedBefore?: Notified[]
  /** What erased events pointed to and nothing else did, which is gone; the hashes of what was
   * there are keyed, as those of events. */
  payloads?: ErasedPayload[]
  indexesDropped: number
  /** Of what replays of streams and queues had recorded in the cache of evt: files that were
   * written again, and recordings that were removed as they cannot be. */
  replayCopies?: { erased: number; removed: number }
  completeness: string[]
}

interface ErasedObject {
  file: string
  /** `stored`: which state of an object of S3 it was. */
  before: { bytes: number; sha256: string; stored?: { etag: string; versionId: string | null } }
  after: { bytes: number; sha256: string; stored?: { etag: string; versionId: string | null } }
  counts: ObjectCounts
  /** What is said otherwise by its schema now. */
  notes?: string[]
}

interface ErasedPayload {
  /** Of a copy in a folder the file. */
  address: string
  isFile: boolean
  bytes: number
  hmacSha256: string | null
  /** In a bucket that keeps them. */
  versions?: { versionId: string; isMarker: boolean }[]
}

interface Done {
  journal: Journal
  indexes: number
  copies: CopiesErased
  payloads: PayloadsErased | undefined
  nowMs: number
}

/** No identifier is in it, but as a keyed hash. */
export function proofOf(plan: ErasePlan, done: Done): ErasureProof {
  const { journal, indexes, copies, payloads, nowMs } = done
  const { subject, key, tool, mode, mentions, holds, searched } = plan
  const clean = (text: string) => nameless(text, subject)
  const recipients = recipientsOf(plan)
  const own = (text: string) => withoutIdentifiers(text, subject)
  const told = journal.told.map((one) => ({ ...one, to: own(one.to), target: own(one.target) }))
  const notified = told.pop()
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
    objects: plan.objects.map((object) => ({
      ...{ file: clean(object.file), ...statesOf(object, journal), counts: object.counts },
      ...(object.notes && { notes: object.notes.map(clean) }),
    })),
    refused: plan.refused.map(({ path, reason }) => ({
      ...{ path: clean(path), reason: clean(reason) },
    })),
    ...(plan.versions && {
      versionsRemoved: plan.versions.map(({ address, versionId, isMarker }) => {
        return { address: clean(address), versionId, isMarker }
      }),
    }),
    claims: [...plan.claims, ...(payloads?.left ?? []).map(({ address }) => address)].map(clean),
    ...(payloads && { payloads: payloadsOf(plan, payloads, clean) }),
    ...(recipients && { recipients }),
    ...(notified && { notified }),
    ...(told.length > 0 && { notifiedBefore: told }),
    indexesDropped: indexes,
    ...(copies.erased + copies.removed > 0 && {
      replayCopies: { erased: copies.erased, removed: copies.removed },
    }),
    completeness: [...completenessOf(plan, done, clean), ...copiesLeft(copies, clean)],
  }
}

/** Before, and as the journal has it. */
function statesOf({ file, bytes, sha256: hash, stored }: PlannedObject, journal: Journal) {
  const before = { bytes, sha256: hash, ...(stored && { stored }) }
  const step = journal.stepOf(file)
  if (!step) return { before, after: before }
  const { etag = '', versionId = null } = step
  const after = { bytes: step.bytes, sha256: step.sha256 }
  return { before, after: stored ? { ...after, stored: { etag, versionId } } : after }
}

function payloadsOf(
  { payloads: planned, key }: ErasePlan,
  { erased }: PayloadsErased,
  clean: (text: string) => string,
): ErasedPayload[] {
  const gone = new Set(erased)
  return (planned?.erased ?? [])
    .filter(({ address }) => gone.has(address))
    .map(({ address, file, bytes, sha256: hash, versions }) => ({
      ...{ address: clean(file ?? address), isFile: file !== undefined, bytes },
      hmacSha256: hash === null ? null : keyedHash(key, hash),
      ...(versions && {
        versions: versions.map(({ versionId, isMarker }) => ({ versionId, isMarker })),
      }),
    }))
}

function completenessOf(plan: ErasePlan, done: Done, clean: (text: string) => string): string[] {
  const { sources, versions } = plan
  const older = versions === undefined ? 'older versions of objects, ' : 'replicas of buckets, '
  return [
    `Erased: what was in ${sources.map(clean).join(', ')}, and its indexes by evt.`,
    ...(versions === undefined
      ? []
      : ['Erased: versions of these objects that are kept, as far as they are not named here.']),
    ...(plan.objects.some(({ file }) => withoutIdentifiers(file, plan.subject) !== file)
      ? ['Not erased: identifiers in the names of files and folders. They have to be renamed.']
      : []),
    'Not erased: other copies, backups, logs, messages in queues and streams, archives of ' +
      `EventBridge, ${older}and what subscribers keep. They have to be told.`,
    ...payloadSentences(plan, done.payloads, clean),
    OF_OTHERS,
    OF_MAPPING,
    ...(plan.recipients ? [recipientsSentence(recipientsOf(plan))] : []),
  ]
}

function copiesLeft({ left, journals }: CopiesErased, clean: (text: string) => string): string[] {
  return [
    ...left.map((folder) => {
      const why = 'which holds events that have to be kept'
      return `Not erased: what evt replay keeps in ${folder}, ${why}.`
    }),
    ...journals.map((file) => `Not erased: the journal ${clean(file)}, which holds an identifier.`),
  ]
}

function recipientsOf({ recipients, subject, key }: ErasePlan): Recipients | undefined {
  return recipients && cleanRecipients(recipients, (text) => pseudonymous(text, key, subject))
}

export function proofText(proof: ErasureProof): string {
  return `${JSON.stringify({ ...proof, chainSha256: sha256(JSON.stringify(proof)) }, null, 2)}\n`
}

const toldBy = z.looseObject({ target: z.string(), to: z.string().optional() })
const shape = z.looseObject({
  schema: z.literal('evt.erased/1'),
  plannedAt: z.string(),
  finishedAt: z.string(),
  objects: z.array(
    z.looseObject({
      file: z.string(),
      after: z.strictObject({
        ...{ bytes: z.int(), sha256: z.string() },
        stored: z.object({ etag: z.string(), versionId: z.string().nullable() }).optional(),
      }),
      before: z.looseObject({
        stored: z.object({ versionId: z.string().nullable() }).optional(),
      }),
      counts: z.looseObject({ dropped: z.int(), changed: z.int() }),
    }),
  ),
  versionsRemoved: z
    .array(z.looseObject({ address: z.string(), versionId: z.string() }))
    .optional(),
  payloads: z
    .array(
      z.looseObject({
        ...{ address: z.string(), isFile: z.boolean(), bytes: z.int() },
        versions: z.array(z.looseObject({ versionId: z.string() })).optional(),
      }),
    )
    .optional(),
  notified: toldBy.optional(),
  notifiedBefore: z.array(toldBy).optional(),
  chainSha256: z.string(),
})
export type ReadProof = z.infer<typeof shape>

/** A proof as evt wrote it; undefined for anything else, `changed` where it was one. */
export async function readProof(file: string): Promise<ReadProof | 'changed' | undefined> {
  return proofIn(await readFile(file, 'utf8').catch(() => ''))
}

/** The same of its text. */
export function proofIn(text: string): ReadProof | 'changed' | undefined {
  try {
    const all: unknown = JSON.parse(text)
    const proof = shape.parse(all)
    const { chainSha256: _, ...rest } = all as ErasureProof & { chainSha256: string }
    return proofText(rest) === text ? proof : 'changed'
  } catch {
    return text.includes('"evt.erased/1"') ? 'changed' : undefined
  }
}
