import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { codeOf, readError } from '../archives/read-error.js'
import type { AwsOptions } from '../aws/options.js'
import { createDecoder } from '../envelopes/decode.js'
import type { Outside } from '../envelopes/outside.js'
import { EvtError } from '../errors.js'
import { createMapping } from '../event/mapping.js'
import type { EventRule } from '../event/rule.js'
import { typeMatcher } from '../event/type-globs.js'
import { ClaimReader } from './claim-reader.js'
import { type EraseMode, Eraser, type EraserSettings } from './eraser.js'
import type { ObjectCounts, ObjectRow } from './object-pass.js'
import type { Recipients } from './recipients.js'
import { sha256 } from './seals.js'
import type { Subject } from './subject.js'

/** An object that is to be written again. */
export interface PlannedObject {
  path: string
  /** Absolute; of an object of S3 its address. */
  file: string
  /** Of an object of S3: which state of it was read. Its version is null where there are none. */
  stored?: { etag: string; versionId: string | null }
  bytes: number
  sha256: string
  compression: 'none' | 'gzip' | 'zstd'
  format: string
  counts: ObjectCounts
  rows: ObjectRow[]
  /** How many more there are than are listed. */
  moreRows?: number
  /** What is said otherwise by its schema once it is written again. */
  notes?: string[]
}

/** An older version of an object of S3 that holds the subject, or a delete marker of which nothing
 * is left then: it is removed for good. */
export interface PlannedVersion {
  address: string
  versionId: string
  isMarker: boolean
  bytes: number
  /** As it was read; a marker has none, and neither have those of plans of older evts. */
  etag?: string
}

/** What erased events point to and no event that stays does (claim checks): it is removed as a
 * whole. */
export interface PlannedPayload {
  /** As the events have it: `s3://BUCKET/KEY`. */
  address: string
  /** Of a copy in a folder. Absolute. */
  file?: string
  /** How many records point to it, which go. */
  records: number
  bytes: number
  /** Null where none is there now, but versions of it. */
  sha256: string | null
  /** In a bucket without versions. */
  etag?: string
  /** In a bucket that keeps versions: all that it has, the newest first. */
  versions?: Omit<PlannedVersion, 'address'>[]
}

export interface PlannedPayloads {
  /** Where they are read and erased: `s3`, or a folder as typed. */
  from: string
  erased: PlannedPayload[]
  /** What is not erased with the events that point to it, and why. */
  left: { address: string; reason: string }[]
  /** How many pointers lead to nothing that is there. */
  gone: number
  /** How many payloads could not be read: whether they are about the subject is not known. */
  unread: number
}

/** `evt.erasure/1`: what is erased, where, and how events are read. It names the subject, until it
 * is done. */
export interface ErasePlan {
  schema: 'evt.erasure/1'
  createdAt: string
  tool: { name: 'evt'; version: string }
  subject: Subject
  mode: EraseMode
  mentions: boolean
  holds: string[]
  /** Of the hashes of rows; it is kept beside the proof. */
  key: string
  /** Of pseudonyms: it goes with the plan, and with it who could tell whose they are. Older plans
   * have none. */
  pseudonymKey?: string
  cwd: string
  sources: string[]
  mapping: { events: Record<string, EventRule>; maps: string[] }
  presets: string[] | null
  schemaRegistry: string | null
  /** Where it is kept who was erased. Absolute. */
  register: string
  /** `versions`: older ones of objects of S3. */
  searched: { objects: number; bytes: number; units: number; versions?: number }
  objects: PlannedObject[]
  /** Of buckets that keep versions. */
  versions?: PlannedVersion[]
  /** Which account, as it was given. */
  aws?: AwsOptions
  /** What erased events point to, which is not erased with them. */
  claims: string[]
  /** Where these are followed, and erased. */
  payloads?: PlannedPayloads
  /** Who was sent what is erased, where it is known what is wired. */
  recipients?: Recipients
  /** What is not written again, and why. */
  refused: { path: string; reason: string }[]
}

/** The words of a plan that apply goes by; all of them are sealed. */
const shape = z.looseObject({
  schema: z.literal('evt.erasure/1'),
  subject: z.looseObject({ entities: z.array(z.string()) }),
  objects: z.array(z.looseObject({ path: z.string(), file: z.string(), sha256: z.string() })),
  versions: z.array(z.looseObject({ address: z.string(), versionId: z.string() })).optional(),
  payloads: z
    .looseObject({ from: z.string(), erased: z.array(z.looseObject({ address: z.string() })) })
    .optional(),
  chainSha256: z.string(),
})

/** A plan as it is written: whoever changes a byte has another one. */
export function planText(plan: ErasePlan): string {
  return `${JSON.stringify({ ...plan, chainSha256: sha256(JSON.stringify(plan)) }, null, 2)}\n`
}

/** @throws EvtError `usage` where it is no plan, or is not as it was written */
export async function readPlan(path: string, file: string): Promise<ErasePlan> {
  const text = await readFile(file, 'utf8').catch((error) => {
    if (codeOf(error) === 'ENOENT') throw notThere(path)
    throw readError(path, error)
  })
  const plan = planIn(text)
  if (plan) return plan
  throw new EvtError(`${path} is no plan as evt wrote it`, {
    code: 'usage',
    hint: `evt gdpr erase --entity KIND:ID SOURCE --plan ${path} makes one`,
  })
}

/** Reads records as they were read when the plan was made. */
export function eraserOf(
  plan: ErasePlan,
  outside: Outside,
  onErased?: EraserSettings['onErased'],
): { eraser: Eraser; claims: ClaimReader | undefined } {
  const { subject, mode, mentions, holds, presets } = plan
  const mapping = createMapping(plan.mapping)
  const reading = { mapping, presets: presets ?? undefined }
  const claims = outside.claims && new ClaimReader(reading, { ...outside, claims: outside.claims })
  const decode = claims?.decode ?? createDecoder({ ...reading, outside })
  const isHeld = typeMatcher(holds)
  const eraser = new Eraser({
    subject,
    mapping,
    decode,
    claims,
    mode,
    mentions,
    isHeld,
    key: plan.pseudonymKey ?? plan.key,
    ...(onErased && { onErased }),
  })
  return { eraser, claims }
}

function planIn(text: string): ErasePlan | undefined {
  try {
    const all: unknown = JSON.parse(text)
    shape.parse(all)
    // What is sealed is all that stands there, in its order.
    const { chainSha256, ...plan } = all as ErasePlan & { chainSha256: string }
    if (planText(plan) !== text || chainSha256 === '') return undefined
    // Older ones do not tell of what events point to.
    return { ...plan, claims: plan.claims ?? [] }
  } catch {
    return undefined
  }
}

function notThere(path: string): EvtError {
  return new EvtError(`there is no plan ${path}`, {
    code: 'usage',
    hint: `evt gdpr erase --entity KIND:ID SOURCE --plan ${path} makes one`,
  })
}
