import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { AwsOptions } from '../aws/options.js'
import { Register, requestId } from '../erased/register.js'
import { EvtError } from '../errors.js'
import { count } from '../reading/absence.js'
import { outsideOf } from '../reading/outside.js'
import type { OpenSink } from '../sinks/sink.js'
import type { BundleWriter } from './bundle-writer.js'
import { dropDerived } from './derived-copies.js'
import { newFile, replaceFile } from './durable-file.js'
import { type CopiesErased, eraseCopies } from './erase-copies.js'
import { eraseObject } from './erase-object.js'
import { checkMayErase, erasePayloads, type PayloadsErased } from './erase-payloads.js'
import { type ErasePlan, eraserOf, readPlan } from './erase-plan.js'
import { checkMayChange, eraseStored, isStored, removeVersion } from './erase-stored.js'
import { type ErasureBundle, isBundleOf, openBundle, writeBundle } from './erasure-bundle.js'
import { proofOf, proofText, readProof } from './erasure-proof.js'
import { GOES_ON } from './goes-on.js'
import { Journal, unlock } from './journal.js'
import { type NoticeRequest, type Notified, sendNotice } from './notice.js'
import { isTouched } from './object-pass.js'
import { OpenBuckets } from './open-buckets.js'
import { openTarget } from './send-one.js'

export interface ApplyRequest {
  /** As typed. */
  plan: string
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
  /** What was given, which goes before what the plan says. */
  aws: AwsOptions
  now(): number
  /** Where the evidence is written. */
  bundle: ErasureBundle | undefined
  /** Whom recipients are told by. */
  notify: NoticeRequest | undefined
}

export interface Applied {
  /** Objects that were written again, in all runs. */
  objects: number
  /** Of objects of S3, that were removed. */
  versions: number
  indexes: number
  /** What replays of streams and queues keep in the cache. */
  copies: CopiesErased
  /** What erased events pointed to; undefined where that is not followed. */
  payloads: PayloadsErased | undefined
  notified: Notified | undefined
}

/**
 * @returns null where it was applied already, and its proof is in its place
 * @throws EvtError `usage` also where a bundle is asked for too late
 */
export async function openErasure(request: ApplyRequest): Promise<ErasePlan | null> {
  const { plan, cwd, bundle, notify } = request
  const file = resolve(cwd, plan)
  const proof = await readProof(file)
  if (proof === undefined || proof === 'changed') return readPlan(plan, file)
  await rm(`${file}.journal`, { force: true })
  if (bundle && !(await isBundleOf(bundle.folder, proof.plannedAt))) {
    throw new EvtError(`${plan} was applied already, and its evidence is not in ${bundle.folder}`, {
      code: 'usage',
      hint: `a bundle is written while it is applied; evt gdpr verify ${plan} checks the proof`,
    })
  }
  const told = [...(proof.notifiedBefore ?? []), ...(proof.notified ? [proof.notified] : [])]
  if (notify && !told.some(({ to }) => to === notify.to)) {
    const whom = proof.notified ? `only ${told.map((one) => one.target).join(', ')}` : 'nobody'
    throw new EvtError(`${plan} was applied already, and ${whom} was told`, {
      code: 'usage',
      hint: 'recipients are told while it is applied: its proof does not know any more of whom',
    })
  }
  return null
}

/**
 * Does what a plan says, object by object. Whatever stops it, the same call goes on: at no moment
 * is an object missing, or written in part. At the end the plan, which names the subject, is
 * replaced by a proof that does not, and the key of its hashes lies beside it.
 *
 * @throws EvtError `outside` where an object is not what was planned, or the disk fails
 */
export async function applyErasure(plan: ErasePlan, request: ApplyRequest): Promise<Applied> {
  const file = resolve(request.cwd, request.plan)
  const { env, signal } = request
  const journal = await Journal.open(file)
  const buckets = new OpenBuckets(awsOf(plan, request).aws, signal)
  let writer: BundleWriter | undefined
  let target: OpenSink | undefined
  try {
    // One that is not there is found before anything is erased.
    if (request.notify)
      target = await openTarget(request.notify.to, { ...request, ...awsOf(plan, request) })
    if (request.bundle) writer = await openBundle(request.bundle, plan)
    const touched = plan.objects.filter(({ counts }) => isTouched(counts))
    const { versions = [] } = plan
    await checkMayChange([...touched.filter(isStored), ...versions], buckets)
    await checkMayErase(plan.payloads ?? { erased: [] }, buckets)
    const register = await Register.open(plan.register)
    const at = new Date(request.now()).toISOString()
    // What comes meanwhile is to be left out already.
    const { subject, holds } = plan
    await register.add(await register.linesOf(subject.entities, at, holds))
    const { eraser } = eraserOf(plan, await outsideOf(placesOf(plan, request), {}))
    const files = [...touched.map((one) => one.file), ...versions.map((one) => one.address)]
    const { sources, cwd } = plan
    const derived = { sources, cwd, env, files, aws: { ...plan.aws, ...request.aws } }
    const indexes = new Set(await dropDerived(derived))
    const options = { eraser, key: plan.key, journal, buckets }
    const copies = await eraseCopies({ ...options, env, subject: plan.subject })
    for (const [n, object] of touched.entries()) {
      if (signal.aborted) throw interrupted(n, touched.length)
      await (isStored(object) ? eraseStored(object, options) : eraseObject(object, options))
    }
    for (const version of versions) {
      if (signal.aborted) throw interrupted(touched.length, touched.length)
      await removeVersion(version, { ...options, now: journal.stepOf(version.address) })
    }
    const payloads =
      plan.payloads && (await erasePayloads(plan.payloads, { journal, buckets, signal }))
    // Somebody may have built one meanwhile.
    for (const folder of await dropDerived(derived)) indexes.add(folder)
    const telling = target && { sink: target, journal, now: request.now, signal }
    if (request.notify && telling) await notifyOnce(plan, request.notify, telling)
    // Another run may have told others, and been killed.
    const notified = journal.told.at(-1)
    // There already, where evt was killed just now.
    await rm(`${file}.key`, { force: true })
    await newFile(`${file}.key`, `${plan.key}\n`)
    const nowMs = request.now()
    const proof = proofOf(plan, { journal, indexes: indexes.size, copies, payloads, nowMs })
    const doneAt = new Date(nowMs).toISOString()
    await register.add([{ is: 'done', request: requestId(plan.key), at: doneAt }])
    if (writer)
      await writeBundle(writer, { plan, proof, operator: request.bundle?.operator ?? null })
    await replaceFile(file, proofText(proof))
    await journal.remove()
    const counts = { objects: touched.length, versions: versions.length, indexes: indexes.size }
    return { ...counts, copies, payloads, notified }
  } catch (error) {
    await writer?.discard()
    throw error
  } finally {
    target?.close()
    await buckets.close()
    await unlock(file)
  }
}

/** Where what records refer to was when the plan was made. */
function placesOf(plan: ErasePlan, request: ApplyRequest) {
  const { schemaRegistry, payloads, cwd } = plan
  return {
    ...{ schemaRegistry: schemaRegistry ?? undefined, followClaims: payloads?.from, cwd },
    ...{ ...awsOf(plan, request), env: request.env, signal: request.signal },
  }
}

/** What was given goes before what the plan says. */
function awsOf(plan: ErasePlan, { aws }: ApplyRequest): { aws: AwsOptions } {
  return { aws: { ...plan.aws, ...aws } }
}

interface Telling {
  sink: OpenSink
  journal: Journal
  signal: AbortSignal
  now(): number
}

/** Tells recipients, if the journal does not know that it was done. */
async function notifyOnce(
  plan: ErasePlan,
  notify: NoticeRequest,
  { sink, journal, signal, now }: Telling,
): Promise<void> {
  const file = `notice ${notify.to}`
  if (journal.stepOf(file)?.notified) return
  try {
    const notified = await sendNotice(plan, notify, { sink, nowMs: now(), signal })
    const { sha256 } = notified
    await journal.add({ file, state: 'notified', bytes: 0, sha256, notified })
  } catch (error) {
    if (!(error instanceof EvtError) || error.code !== 'outside') throw error
    const hint = `all is erased, and recipients have to be told\n${GOES_ON}`
    throw new EvtError(error.message, { code: 'outside', hint, cause: error })
  }
}

/** What a plan cannot erase; undefined where it erases all. */
export function leftBehind(
  { objects, refused: ofPlan, payloads }: ErasePlan,
  applied?: Pick<Applied, 'payloads'>,
): EvtError | undefined {
  const left = objects.reduce((sum, { counts }) => sum + counts.left, 0)
  const pointed = [...(payloads?.left ?? []), ...(applied?.payloads?.left ?? [])]
  const refused = [...ofPlan, ...pointed.map(({ address: path, reason }) => ({ path, reason }))]
  const [first] = refused
  if (left === 0 && !first) return undefined
  const events = left === 0 ? [] : [`${count(left, 'record')} cannot be changed where they are`]
  const others = refused.length - 1
  const more = others < 1 ? '' : `, and ${others} more ${others === 1 ? 'is' : 'are'} left`
  const whole = first ? [`${first.path} ${first.reason}${more}`] : []
  return new EvtError(`not all is erased: ${[...events, ...whole].join('; ')}`, {
    code: 'outside',
    hint: '--allow-partial takes that as it is; the plan names each of them',
  })
}

function interrupted(done: number, all: number): EvtError {
  return new EvtError(`interrupted: ${done} of ${count(all, 'object')} are done`, {
    code: 'interrupted',
    hint: GOES_ON,
  })
}
