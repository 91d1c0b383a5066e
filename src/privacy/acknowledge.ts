import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EvtError } from '../errors.js'
import type { JsonObject } from '../event/event.js'
import { compareText } from '../event/sequence.js'
import { askArchive } from '../questions/asked-archive.js'
import { count, noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { openArchive, type ReadRequest } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import { openFiles, textIn } from './bundle-files.js'
import { MANIFEST } from './bundle-writer.js'
import { removeLeftExtended, replaceManifest } from './extend-bundle.js'
import type { FoundEvent } from './found-event.js'
import {
  type Answer,
  answerStates,
  type ErasureManifest,
  lastAnswers,
  type Sealed,
  sealed,
} from './manifest.js'
import { matching } from './matching.js'
import { pseudonym, pseudonymous } from './nameless.js'
import { manifestIn } from './read-manifest.js'
import { keyedHash, newKey, sha256 } from './seals.js'
import { subjectStatement } from './statement.js'

export interface AcknowledgeRequest extends ReadRequest {
  /** As typed. */
  bundle: string
  nowMs: number
  memoryLimitBytes: number
  allowPartial: boolean
}

/** `evt.acknowledgements/1`: who has answered that somebody was erased. */
export interface AcknowledgeResult {
  schema: 'evt.acknowledgements/1'
  bundle: string
  request: string
  /** Those who were sent events of the subject, and what each said last. */
  recipients: { id: string; name: string; status: Answer['status'] | null; at: string | null }[]
  /** Who answered and is not among them: a pseudonym, and what it calls itself where it is new. */
  others: { id: string; name: string | null; status: Answer['status']; at: string | null }[]
  answered: number
  missing: string[]
  /** Answers that were added now. */
  added: number
}

/**
 * Collects answers to the notice of an erasure into its bundle: a round of them is added to the
 * manifest, which names the chain hash of what it was before.
 *
 * @throws EvtError `usage` where there is no such bundle, `gate` where it is not what was written
 */
export async function acknowledge(
  request: AcknowledgeRequest,
): Promise<{ result: AcknowledgeResult; failure: EvtError | undefined }> {
  const path = resolve(request.cwd, request.bundle)
  const { manifest, text } = await manifestOf(request.bundle, path)
  await removeLeftExtended(path)
  const naming = { key: await keyOf(path), names: new Map<string, string>() }
  const archive = await openArchive({ ...request, index: undefined })
  const { sources, objects, pruned } = archive
  if (objects.length === 0) throw noObjects(sources, pruned)
  const { presets, memoryLimitBytes, signal, range: chosen } = request
  const wanted = [{ path: null, value: manifest.request ?? '' }]
  const subject = { entities: [], values: wanted, ignoreCase: false, deep: false }
  const onProgress = progressOf(objects, request)
  const asking = { archive, presets, memoryLimitBytes, signal, onProgress, chosen }
  const answered: Answer[] = []
  const searched = await askArchive(subjectStatement(subject), asking, async (asked) => {
    for await (const { event } of matching(asked.rows, subject)) {
      const answer = answerIn(event, manifest, naming)
      if (answer) answered.push(answer)
    }
    return asked.searched
  })
  request.onRead?.()
  const failure = endedBadly({ ...searched, ...request })
  if (signal.aborted && failure) throw failure
  const answers = fresh(answered, manifest)
  const { chainSha256: before, ...rest } = manifest
  const at = new Date(request.nowMs).toISOString()
  const sourcesHmacSha256 = sources.map((one) => keyedHash(naming.key, one))
  const rounds = [...(rest.acknowledgements ?? []), { before, at, sourcesHmacSha256, answers }]
  const extended = sealed({ ...rest, acknowledgements: rounds })
  if (answers.length > 0) await replaceManifest(path, extended, text)
  const found = { bundle: request.bundle, added: answers.length, names: naming.names }
  const result = resultOf(answers.length > 0 ? extended : manifest, found)
  return { result, failure: failure ?? nothingNew(result, sources) }
}

type Whole = Sealed<ErasureManifest>

async function manifestOf(
  bundle: string,
  path: string,
): Promise<{ manifest: Whole; text: string }> {
  const files = await openFiles(bundle, path)
  const text = await textIn(files, MANIFEST).finally(() => files.close())
  const whole = manifestIn(text)?.whole
  if (!whole || files.fault) {
    throw new EvtError(`${bundle} is not what was written: nothing is added to it`, {
      ...{ code: 'gate', hint: `evt gdpr verify ${bundle} tells what has been changed` },
    })
  }
  if (whole.right === 'erasure' && whole.request !== undefined) return { manifest: whole, text }
  throw new EvtError(`${bundle} is no evidence of an erasure that is answered`, {
    code: 'usage',
    hint: 'evt gdpr erase --apply FILE --to DIR --notify SINK writes it, and tells recipients',
  })
}

/** The key beside the bundle; who keeps it elsewhere has pseudonyms that nobody can compare. */
async function keyOf(bundle: string): Promise<string> {
  const text = await readFile(`${bundle}.key`, 'utf8').catch(() => '')
  return /^([0-9a-f]{64})\s*$/.exec(text)?.[1] ?? newKey()
}

interface Naming {
  readonly key: string
  /** What pseudonyms stand for, of this run. */
  readonly names: Map<string, string>
}

const MOST_NAME = 200

/** What a recipient says, where that is what an event is. */
function answerIn(event: FoundEvent, manifest: Whole, naming: Naming): Answer | undefined {
  const said = (event.payload ?? {}) as JsonObject
  const { request, recipient, status } = said
  if (request !== manifest.request || typeof recipient !== 'string' || recipient === '') {
    return undefined
  }
  const known = manifest.recipients?.consumers ?? []
  // Addresses of people are pseudonyms in the bundle.
  const told = [recipient, pseudonymous(recipient, naming.key)]
  const byId = known.find(({ id }) => told.includes(id))
  const byName = known.filter(({ name }) => told.includes(name))
  const only = byName.length === 1 ? byName[0] : undefined
  const state = answerStates.find((one) => one === status) ?? 'other'
  const { path, record } = event.position
  const hash = (one: string) => keyedHash(naming.key, one)
  return {
    recipient: byId?.id ?? only?.id ?? strangerOf(recipient, naming),
    ...{ status: state, at: event.time ?? event.receivedAt },
    event: {
      idHmacSha256: event.id === null ? null : hash(event.id),
      pathHmacSha256: hash(path),
      ...{ record, sha256: sha256(JSON.stringify(event.document)) },
    },
  }
}

function strangerOf(recipient: string, { key, names }: Naming): string {
  const name = pseudonym(recipient, key)
  names.set(name, recipient.slice(0, MOST_NAME))
  return name
}

/** Those that are not there yet, the earliest first. */
function fresh(found: readonly Answer[], { acknowledgements = [] }: Whole): Answer[] {
  const known = new Set(
    acknowledgements.flatMap(({ answers }) => answers.map(({ event }) => event.sha256)),
  )
  const only = found.filter(({ event }) => !known.has(event.sha256) && known.add(event.sha256))
  return only.sort((a, b) => compareText(a.at ?? '', b.at ?? ''))
}

interface Added {
  readonly bundle: string
  readonly added: number
  readonly names: ReadonlyMap<string, string>
}

function resultOf(manifest: Whole, { bundle, added, names }: Added): AcknowledgeResult {
  const last = lastAnswers(manifest.acknowledgements ?? [])
  const known = manifest.recipients?.consumers ?? []
  const recipients = known.map(({ id, name }) => {
    const { status = null, at = null } = last.get(id) ?? {}
    return { id, name, status, at }
  })
  const ids = new Set(known.map(({ id }) => id))
  const others = [...last].flatMap(([id, { status, at }]) =>
    ids.has(id) ? [] : [{ id, name: names.get(id) ?? null, status, at }],
  )
  const missing = recipients.flatMap(({ id, status }) => (status === null ? [id] : []))
  return {
    ...{ schema: 'evt.acknowledgements/1', bundle, request: manifest.request ?? '' },
    ...{ recipients, others, answered: recipients.length - missing.length, missing, added },
  }
}

function nothingNew(
  { added, request, missing }: AcknowledgeResult,
  sources: readonly string[],
): EvtError | undefined {
  if (added > 0) return undefined
  const open = missing.length === 0 ? '' : `; ${count(missing.length, 'recipient')} to answer yet`
  return new EvtError(`no new answers to ${request} in ${sources.join(' ')}${open}`, {
    code: 'inconclusive',
    hint: 'an answer has request, recipient and status in its payload; the bundle is as it was',
  })
}
