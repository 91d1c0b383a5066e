import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readingHash } from '../archive-index/open-index.js'
import { makeFolder } from '../archives/make-folder.js'
import { codeOf, readError } from '../archives/read-error.js'
import type { AwsOptions } from '../aws/options.js'
import { loadConfig } from '../config/load.js'
import { createDecoder } from '../envelopes/decode.js'
import { Register, registerFile, requestId } from '../erased/register.js'
import { EvtError } from '../errors.js'
import type { EventRecord } from '../event/event.js'
import { readJson } from '../event/json.js'
import { createMapping, type Mapping } from '../event/mapping.js'
import type { OpenSink } from '../sinks/sink.js'
import type { Topology } from '../topology/model.js'
import { BundleWriter } from './bundle-writer.js'
import { diskFailure } from './disk-failure.js'
import { Journal, unlock } from './journal.js'
import type { RectificationManifest, Sealed } from './manifest.js'
import { nameless, pseudonymous } from './nameless.js'
import { eventIdOf } from './notice.js'
import { RecipientTally } from './recipient-tally.js'
import { cleanRecipients, recipientsSentence } from './recipients.js'
import { keyedHash, newKey, sha256 } from './seals.js'
import { openTarget, type SentEvent } from './send-one.js'
import { bundleOf, sendNoted, sentBefore } from './sent-before.js'
import { checkKinds, idOf, kindOf, type Subject, withoutIdentifiers } from './subject.js'

export interface RectifyRequest {
  subject: Subject
  /** The file of the event that corrects. */
  event: string
  /** The address of a sink, as typed. */
  notify: string
  /** Where the bundle is written: a folder, or a zip file. */
  to: string
  maps: readonly string[]
  presets: readonly string[] | undefined
  config: string | undefined
  topology: Topology | undefined
  operator: string | null
  version: string
  nowMs: number
  receivedMs: number
  aws: AwsOptions
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
}

/** What is to be sent, before it is. */
export interface Correction {
  readonly target: string
  readonly source: string
  readonly type: string
  /** An earlier run sent it, which came no further. */
  readonly isSent: boolean
  /** The event, as it is written. */
  readonly body: string
}

/**
 * `evt gdpr rectify` (Art. 16): archives stay as they are. An event that corrects what they have is
 * sent, and a bundle says that it was. What stops it behind the sending is made good by the same
 * call, which does not send again: a journal beside the bundle knows.
 *
 * @param agree is asked before anything is sent
 * @returns null where it was not agreed to
 * @throws EvtError `usage` where the event is about somebody else, `outside` where it is not taken
 */
export async function rectify(
  request: RectifyRequest,
  agree: (correction: Correction) => Promise<boolean>,
): Promise<Rectified | null> {
  const { subject, cwd, env, signal, aws, nowMs } = request
  const config = await loadConfig({ cwd, env, file: request.config, firstSource: undefined })
  const mapping = createMapping({ events: config.events ?? {}, maps: [...request.maps] })
  checkKinds(subject, mapping)
  const { event, body } = await eventIn(request, mapping)
  const register = await Register.open(registerFile({ cwd, env, config }))
  const folder = resolve(cwd, request.to)
  const journal = await openJournal(folder)
  let sink: OpenSink | undefined
  let writer: BundleWriter | undefined
  try {
    const noting = { folder, register, journal, request }
    const before = sentBefore(journal, { body, ...request })
    const { source, type } = event
    const asked = { source, type, body, isSent: before !== undefined }
    if (before && !(await agree({ ...asked, target: before.target }))) return null
    const whole = before && (await bundleOf(folder, before))
    if (whole) return { manifest: await noted(whole, noting), isBefore: true }
    writer = await BundleWriter.open(folder)
    if (!before) sink = await openTarget(request.notify, { aws, cwd, signal })
    if (sink && !(await agree({ ...asked, target: sink.target }))) {
      await writer.discard()
      return null
    }
    const key = newKey()
    const id = event.id ?? eventIdOf(sha256(body), 'correction')
    const named = { id, source, type, key: event.key ?? id, nowMs, body }
    // Who has no room for evidence sends nothing.
    await writer.add('event.json', body)
    const sent = before ?? (sink && (await sendNoted(sink, named, { journal, ...request })))
    if (!sent) return null
    const manifest = await writer.publish(manifestOf(request, { event, sent, key, mapping }), key)
    return { manifest: await noted(manifest, noting), isBefore: before !== undefined }
  } catch (error) {
    await writer?.discard()
    throw error
  } finally {
    sink?.close()
    await unlock(folder)
  }
}

async function openJournal(folder: string): Promise<Journal> {
  await makeFolder(dirname(folder)).catch((error) => {
    throw diskFailure(error, folder)
  })
  return Journal.open(folder, 'corrects into this bundle')
}

export interface Rectified {
  manifest: Sealed<RectificationManifest>
  /** It was sent by an earlier run, and not again. */
  isBefore: boolean
}

interface Noting {
  folder: string
  register: Register
  journal: Journal
  request: RectifyRequest
}

/** That it was asked for and done is on the disk before the journal is forgotten. */
async function noted(
  manifest: Rectified['manifest'],
  { folder, register, journal, request }: Noting,
): Promise<Rectified['manifest']> {
  const { request: id, createdAt } = manifest
  const at = new Date(request.receivedMs).toISOString()
  const file = withoutIdentifiers(folder, request.subject)
  await register.add([
    { is: 'asked', request: id, right: 'rectification', at, file },
    { is: 'done', request: id, at: createdAt },
  ])
  await journal.remove()
  return manifest
}

interface Corrected {
  event: EventRecord
  sent: SentEvent
  key: string
  mapping: Mapping
}

function manifestOf(
  request: RectifyRequest,
  { event, sent, key, mapping }: Corrected,
): RectificationManifest {
  const { subject, topology, version, presets, operator, nowMs } = request
  const clean = (text: string) => nameless(text, subject)
  const tally = topology && new RecipientTally(topology)
  tally?.add(event)
  const recipients =
    tally && cleanRecipients(tally.told(), (text) => pseudonymous(text, key, subject))
  const { type, source } = event
  return {
    ...{ schema: 'evt.bundle/1', right: 'rectification', request: requestId(key) },
    ...{ createdAt: new Date(nowMs).toISOString(), tool: { name: 'evt', version }, operator },
    configSha256: readingHash({ version, mapping, presets }),
    parameters: subject.entities.map((one) => ({
      of: kindOf(one),
      hmacSha256: keyedHash(key, idOf(one)),
    })),
    event: { type: clean(type), source: clean(source) },
    sent: { ...sent, eventId: clean(sent.eventId), target: clean(sent.target) },
    recipients: recipients ?? null,
    counts: { matched: 1 },
    completeness: [
      'Sent: one event that corrects what was said before; it is event.json.',
      'Not changed: what archives have. Who reads a state from them has to read on to this event.',
      recipientsSentence(recipients),
    ],
    files: [],
  }
}

/** The one event of a file, which has to be about the subject. */
async function eventIn(
  { event: path, cwd, subject, presets }: RectifyRequest,
  mapping: Mapping,
): Promise<{ event: EventRecord; body: string }> {
  const bytes = await readFile(resolve(cwd, path)).catch((error) => {
    if (codeOf(error) === 'ENOENT') throw noEvent(path, 'is not there')
    throw readError(path, error)
  })
  if (!isUtf8(bytes)) throw noEvent(path, 'is not UTF-8')
  const body = bytes
    .toString()
    .replace(/^\ufeff/, '')
    .trim()
  const reading = readJson(body)
  if (!reading.ok) throw noEvent(path, reading.detail)
  if (!isStrict(body)) throw noEvent(path, 'has what others than evt do not read as JSON')
  const { value } = reading
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw noEvent(path, 'is no object')
  }
  const decode = createDecoder({ mapping, presets })
  const position = { path, record: 1 }
  const found = decode({ value, position, sizeBytes: bytes.length, head: bytes.subarray(0, 200) })
  const [first] = found
  if (found.length !== 1 || first?.kind !== 'event') throw noEvent(path, 'is not one event')
  const { event } = first
  if (event.entities?.some((entity) => subject.entities.includes(entity))) {
    return { event, body }
  }
  throw new EvtError(`${path} is about somebody else than --entity names, by the mapping`, {
    code: 'usage',
    hint: 'nothing was sent; --map entities.KIND=$.path tells where the id stands',
  })
}

/** What evt reads beside JSON, such as NaN, others do not: it is sent as it is written. */
function isStrict(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function noEvent(path: string, what: string): EvtError {
  return new EvtError(`${path} ${what}: it is no event that corrects`, {
    code: 'usage',
    hint: 'write one event as JSON, as its consumers know it',
  })
}
