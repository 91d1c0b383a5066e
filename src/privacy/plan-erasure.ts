import { access, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { sourceAround } from '../archives/around.js'
import type { StoredObject } from '../archives/object.js'
import type { AwsOptions } from '../aws/options.js'
import { claimsIn, claimText } from '../envelopes/claim-check.js'
import { Register, type RegisterLine, registerFile, requestId } from '../erased/register.js'
import { EvtError } from '../errors.js'
import { compareText } from '../event/sequence.js'
import { count, noObjects } from '../reading/absence.js'
import { type OpenedArchive, openArchive, type ReadRequest } from '../reading/open-archive.js'
import type { Topology } from '../topology/model.js'
import { ClaimTally } from './claim-counts.js'
import { newFile, taken } from './durable-file.js'
import { type ErasePlan, eraserOf, planText } from './erase-plan.js'
import type { EraseMode } from './eraser.js'
import { growingParts } from './growing-parts.js'
import { OpenBuckets } from './open-buckets.js'
import { planObject } from './plan-object.js'
import { planPayloads } from './plan-payloads.js'
import { planVersions } from './plan-versions.js'
import { RecipientTally } from './recipient-tally.js'
import { newKey, sha256 } from './seals.js'
import { checkKinds, isTelling, type Subject, withoutIdentifiers } from './subject.js'

export interface PlanRequest extends ReadRequest {
  subject: Subject
  mode: EraseMode
  mentions: boolean
  /** Types, as globs, that have to be kept. */
  holds: readonly string[]
  maxShare: number
  /** The file of the plan. */
  plan: string
  version: string
  topology: Topology | undefined
  nowMs: number
  /** When it was asked for. */
  receivedMs: number
}

/**
 * Finds what has to be erased, and writes it down. Nothing of the archive is changed.
 *
 * @throws EvtError `usage` for what was typed wrong, `inconclusive` where there is nothing to erase
 */
export async function planErasure(request: PlanRequest): Promise<ErasePlan> {
  const { subject, mentions, signal } = request
  if (mentions) checkMentions(subject)
  const archive = await openArchive({ ...request, index: undefined })
  checkKinds(subject, archive.mapping)
  if (archive.objects.length === 0) throw noObjects(archive.sources, archive.pruned)
  await checkPlace(request, archive)
  const files = storedOf(archive)
  const plan = freshPlan(request, archive)
  const claims = new Set<string>()
  const recipients = request.topology && new RecipientTally(request.topology)
  const sent = new Set<string>()
  let areOlder = false
  const { followClaims } = request
  const tally = followClaims === undefined ? undefined : new ClaimTally()
  const { eraser, claims: reader } = eraserOf(plan, archive.outside, (event, pointer) => {
    for (const claim of [...claimsIn(event.document), ...claimsIn(pointer ?? null)]) {
      claims.add(claimText(claim))
      tally?.point(claim)
    }
    // An older version has what is in the newer one as well: it was sent once.
    const name = event.id === null ? undefined : sha256(JSON.stringify([event.source, event.id]))
    if (name !== undefined && areOlder && sent.has(name)) return
    if (name !== undefined) sent.add(name)
    recipients?.add(event)
  })
  let unitsTouched = 0
  const buckets = new OpenBuckets(request.aws ?? {}, signal)
  try {
    for (const [n, object] of files.entries()) {
      if (signal.aborted) throw interrupted()
      unitsTouched += await planObject(plan, object, { eraser, buckets, tally })
      tellProgress(request, files, n)
    }
    areOlder = true
    await planVersions(plan, { eraser, buckets, tally, signal, objects: files })
    const places = archive.sources.map((source) => resolve(request.cwd, source))
    const growing = await growingParts(places, files)
    plan.refused.push(...growing)
    if (followClaims !== undefined && tally) {
      tally.unread ??= growing[0]?.path
      const { cwd } = request
      const payloads = await planPayloads(plan, { from: followClaims, cwd, tally, buckets, signal })
      const unread = [...(reader?.unread ?? [])].filter((one) => !tally.released.has(one))
      plan.payloads = { ...payloads, unread: unread.length }
      claims.clear()
      for (const { address } of payloads.left) claims.add(address)
    }
  } finally {
    await buckets.close()
  }
  plan.claims = [...claims].sort(compareText)
  if (recipients) plan.recipients = recipients.told()
  request.onRead?.()
  checkFound(plan, unitsTouched, request)
  const file = resolve(request.cwd, request.plan)
  const register = await Register.open(plan.register)
  await newFile(file, planText(plan))
  await register.add([askedFor(plan, file, request.receivedMs)]).catch(async (error) => {
    await rm(file, { force: true })
    throw error
  })
  return plan
}

function askedFor({ key, subject }: ErasePlan, file: string, receivedMs: number): RegisterLine {
  const at = new Date(receivedMs).toISOString()
  const request = requestId(key)
  return { is: 'asked', request, right: 'erasure', at, file: withoutIdentifiers(file, subject) }
}

function freshPlan(request: PlanRequest, { config, sources, objects }: OpenedArchive): ErasePlan {
  const { subject, mode, mentions, holds, maps, presets, cwd, version, nowMs } = request
  return {
    schema: 'evt.erasure/1',
    createdAt: new Date(nowMs).toISOString(),
    tool: { name: 'evt', version },
    ...{ subject, mode, mentions, holds: [...holds], key: newKey(), cwd, sources: [...sources] },
    mapping: { events: config.events ?? {}, maps: [...maps] },
    presets: presets ? [...presets] : null,
    ...(mode === 'pseudonymise' && { pseudonymKey: newKey() }),
    schemaRegistry: request.schemaRegistry ?? null,
    register: registerFile({ ...request, config }),
    searched: { objects: objects.length, bytes: 0, units: 0 },
    ...{ objects: [], claims: [], refused: [] },
    ...(objects.some(({ kind }) => kind === 'remote') && { versions: [] }),
    ...((request.followClaims === 's3' || objects.some(({ kind }) => kind === 'remote')) && {
      aws: given(request.aws ?? {}),
    }),
  }
}

/** @throws EvtError `usage` for what would be found by chance wherever it stands */
function checkMentions({ values }: Subject): void {
  if (!values.some(({ path, value }) => path === null && !isTelling(value))) return
  throw new EvtError('--erase-mentions takes no short value and no bare number without its path', {
    code: 'usage',
    hint: "name the path, as in --also '$.detail.customerId=42'",
  })
}

/** What names the subject must not lie in what is searched for it. */
async function checkPlace({ plan, cwd }: PlanRequest, { sources }: OpenedArchive): Promise<void> {
  const around = await sourceAround([plan], sources, cwd)
  for (const name of [plan, `${plan}.key`, `${plan}.journal`]) {
    if (await isThere(resolve(cwd, name))) throw taken(name)
  }
  if (around === undefined) return
  throw new EvtError(`${plan} is in ${around}, which it is a plan for`, {
    code: 'usage',
    hint: 'a plan names the subject: put it elsewhere',
  })
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

function storedOf({ objects }: OpenedArchive): StoredObject[] {
  return objects.map((object) => {
    if (object.kind !== 'stream') return object
    throw new EvtError(`${object.path} cannot be written again`, {
      code: 'usage',
      hint: 'name files and folders, or s3://BUCKET/PREFIX',
    })
  })
}

/** What was not given is left out of what is sealed. */
function given({ profile, region, endpointUrl }: AwsOptions): AwsOptions {
  return {
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
    ...(endpointUrl !== undefined && { endpointUrl }),
  }
}

function interrupted(): EvtError {
  return new EvtError('interrupted: no plan was made', { code: 'interrupted' })
}

function checkFound(
  { objects, versions = [], refused, searched, sources }: ErasePlan,
  unitsTouched: number,
  request: PlanRequest,
) {
  if (unitsTouched > searched.units * request.maxShare) {
    const share = `${unitsTouched.toLocaleString('en')} of ${count(searched.units, 'record')}`
    throw new EvtError(`the subject is in ${share}: no plan was made`, {
      code: 'usage',
      hint: 'that is probably a wrong identifier; --max-share 100% takes it all the same',
    })
  }
  if (objects.length + versions.length + refused.length > 0) return
  const records = count(searched.units, 'record')
  const read = `${count(searched.objects, 'object')} and ${records} searched`
  throw new EvtError(`nothing to erase in ${sources.join(' ')}: ${read}`, {
    code: 'inconclusive',
    hint: 'evt gdpr find VALUE SOURCE tells where a value is',
  })
}

function tellProgress(request: PlanRequest, files: readonly StoredObject[], n: number): void {
  const bytesOf = (some: readonly StoredObject[]) =>
    some.reduce((sum, one) => sum + one.sizeBytes, 0)
  request.onProgress({
    label: `reading ${request.given.join(' ')}`.trim(),
    bytesDone: bytesOf(files.slice(0, n + 1)),
    bytesTotal: bytesOf(files),
    records: 0,
    objectsDone: n + 1,
    objectsTotal: files.length,
  })
}
