import { resolve } from 'node:path'
import { sourceAround } from '../archives/around.js'
import type { ResultRows } from '../engines/engine.js'
import { Register, type RegisterLine, registerFile, requestId } from '../erased/register.js'
import { EvtError } from '../errors.js'
import { jsonText } from '../event/json.js'
import { askArchive } from '../questions/asked-archive.js'
import type { Locate, Located } from '../questions/locate.js'
import type { Searched } from '../questions/searched.js'
import { couldBeAbout } from '../questions/trino-mentions.js'
import { count, noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { type OpenedArchive, openArchive } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import type { Topology } from '../topology/model.js'
import { BundleWriter, filesOfBundle } from './bundle-writer.js'
import { Claimed } from './claimed.js'
import { type Evidence, manifestOf } from './evidence.js'
import type { FoundEvent } from './found-event.js'
import type { SealedManifest } from './manifest.js'
import { maskOthers } from './mask-others.js'
import { matching } from './matching.js'
import { OpenBuckets } from './open-buckets.js'
import type { RecipientTally } from './recipient-tally.js'
import type { ExtractRequest, Report } from './request.js'
import { newKey } from './seals.js'
import { subjectLooks, subjectStatement } from './statement.js'
import { checkKinds, withoutIdentifiers } from './subject.js'
import { FoundTally } from './tally.js'

const EVENTS = 'events.ndjson'

export interface ExtractRun {
  manifest: SealedManifest
  failure: EvtError | undefined
}

/**
 * `evt gdpr extract`: every event about a subject into a bundle of evidence, which is there whole
 * or not at all.
 *
 * @throws EvtError `usage` for what was typed wrong, and for a subject that is in too much
 */
export async function runExtract(request: ExtractRequest): Promise<ExtractRun> {
  const opened = await openArchive(request)
  checkKinds(request.subject, opened.mapping)
  if (opened.objects.length === 0) throw noObjects(opened.sources, opened.pruned)
  const folder = resolve(request.cwd, request.to)
  await checkPlace(opened.sources, request)
  const register = await Register.open(registerFile({ ...request, config: opened.config }))
  const writer = await BundleWriter.open(folder, request.encryption)
  try {
    const key = newKey()
    const run = await extractInto(writer, opened, key, request)
    const unnoted = await register.add(linesOf(key, folder, request)).catch(asEvtError)
    return { ...run, failure: run.failure ?? unnoted ?? undefined }
  } catch (error) {
    await writer.discard()
    throw error
  }
}

/** The bundle is there all the same. */
function asEvtError(error: unknown): EvtError {
  if (error instanceof EvtError) return error
  throw error
}

/** It is done when it is asked for. */
function linesOf(key: string, folder: string, request: ExtractRequest): RegisterLine[] {
  const { right, subject, receivedMs, nowMs } = request
  const text = (ms: number) => new Date(ms).toISOString()
  const [id, file] = [requestId(key), withoutIdentifiers(folder, subject)]
  return [
    { is: 'asked', request: id, right, at: text(receivedMs), file },
    { is: 'done', request: id, at: text(nowMs) },
  ]
}

/** Events in a bundle would be events of the archive, twice. */
async function checkPlace(sources: readonly string[], { cwd, to }: ExtractRequest): Promise<void> {
  const around = await sourceAround(filesOfBundle(to), sources, cwd)
  if (around === undefined) return
  throw new EvtError(`${to} is in ${around}, which is searched`, {
    code: 'usage',
    hint: 'name a folder elsewhere: its events would be found there as well',
  })
}

async function extractInto(
  writer: BundleWriter,
  opened: OpenedArchive,
  key: string,
  request: ExtractRequest,
): Promise<ExtractRun> {
  const { subject, signal, presets, memoryLimitBytes, range, locate } = request
  const statement = subjectStatement(subject)
  // The index knows what is about an entity, and no values.
  const entities = subject.values.length === 0 ? subject.entities : []
  const texts = subject.values.map(({ value }) => value)
  const could = locate && texts.length > 0 && couldBeAbout(subject.entities, texts, subject)
  let located: Located | undefined
  const locating = locate && (async (...of: Parameters<Locate>) => (located = await locate(...of)))
  const asking = { presets, memoryLimitBytes, signal, locate: locating, documentsAsJson: true }
  const chosen = { ...range, entities }
  const claimed = new Claimed(opened.outside.claims)
  const archive = { ...opened, outside: { ...opened.outside, claims: claimed.claims } }
  const sought = { chosen, looks: subjectLooks, ...(could && { could }) }
  const watched = { archive, ...sought, observed: claimed.observed.bind(claimed) }
  const onProgress = progressOf(archive.objects, request)
  const tally = new FoundTally()
  const recipients = request.topology && (await tallyOf(request.topology))
  const searching = askArchive(statement, { ...asking, ...watched, onProgress }, async (asked) => {
    const found = { tally, claimed, archive, request, recipients, reports: await reports }
    await writeEvents(writer, asked.rows, found)
    return asked.searched
  })
  // They load while DuckDB searches. Their failure belongs to who waits for them.
  const reports = request.reports()
  reports.catch(() => undefined)
  const searched = await searching
  request.onRead?.()
  const failure = endedBadly({ ...searched, ...request })
  // Of a part of an archive nobody knows which share is much.
  if (signal.aborted && failure) throw failure
  checkShare(tally.matched, searched, request)
  const claims = await claimed.copyTo(writer, request.redactOthers)
  const unread = claimed.unread
  const buckets = new OpenBuckets(request.aws ?? {}, signal)
  const evidence: Evidence = {
    ...{ archive, searched, located, tally, statement, key, request },
    ...{ claims, unread, recipients, buckets },
  }
  const manifest = await manifestOf(evidence).finally(() => buckets.close())
  for (const report of await reports) {
    if ('textOf' in report) await writer.add(report.name, await report.textOf(manifest))
  }
  const whole = await writer.publish({ ...manifest, files: [] }, key)
  return { manifest: whole, failure: failure ?? nothingFound(whole) }
}

/** What follows events through a topology takes a while to load. */
async function tallyOf(topology: Topology): Promise<RecipientTally> {
  const { RecipientTally } = await import('./recipient-tally.js')
  return new RecipientTally(topology)
}

interface Found {
  tally: FoundTally
  claimed: Claimed
  archive: OpenedArchive
  request: ExtractRequest
  recipients: RecipientTally | undefined
  reports: readonly Report[]
}

/** One line for each event, into events.ndjson and the reports that have rows. */
async function writeEvents(
  writer: BundleWriter,
  rows: ResultRows,
  { tally, claimed, archive, request, recipients, reports }: Found,
): Promise<void> {
  const { subject, redactOthers, keptKinds } = request
  const personal = archive.config.privacy?.redact ?? []
  const entityPaths = (type: string) => archive.mapping.mappingFor(type).entities
  const masking = { subject, keptKinds, personal, entityPaths }
  async function* found(): AsyncGenerator<FoundEvent> {
    for await (const { event, hits, isAbout } of matching(rows, subject)) {
      tally.add(event, hits, isAbout)
      // Before others are masked, by whom a rule may choose.
      recipients?.add(event)
      claimed.add(event)
      if (redactOthers) tally.addMasked(event.type, maskOthers(event, masking))
      yield event
    }
  }
  const lines = { name: EVENTS, head: '', rowOf: eventLine }
  const tables = reports.filter((report) => 'rowOf' in report)
  await writer.addRows([lines, ...tables], found())
}

function eventLine(event: FoundEvent): string {
  return `${jsonText({ ...event, position: { ...event.position } })}\n`
}

function checkShare(matched: number, { events }: Searched, { maxShare }: ExtractRequest): void {
  if (matched <= events * maxShare) return
  const share = `${((matched / events) * 100).toFixed(1)}%`
  const reason = `${matched.toLocaleString('en')} of ${count(events, 'event')} (${share})`
  const most = `${Number((maxShare * 100).toFixed(3))}%`
  throw new EvtError(`the subject is in ${reason}, more than ${most}: nothing was written`, {
    code: 'usage',
    hint: 'that is probably a wrong identifier; --max-share 100% takes it all the same',
  })
}

function nothingFound({ sources, counts }: SealedManifest): EvtError | undefined {
  if (counts.matched > 0) return undefined
  const { objectsRead, records, undecodable } = counts
  const bad = undecodable === 0 ? '' : `, ${count(undecodable, 'record')} cannot be decoded`
  const read = `${count(objectsRead, 'object')} and ${count(records, 'record')} searched${bad}`
  return new EvtError(`no events of the subject in ${sources.join(' ')}: ${read}`, {
    code: 'inconclusive',
    hint: 'the bundle says so\nevt gdpr find VALUE SOURCE tells where a value is',
  })
}
