import { EvtError } from '../errors.js'
import { createMapping } from '../event/mapping.js'
import { runLoops } from '../loops/run.js'
import { hiddenNames } from '../questions/hidden-names.js'
import { namedSources } from '../reading/named-sources.js'
import type { ReconcileResult } from '../reconcile/result.js'
import { runReconcile } from '../reconcile/run.js'
import { acknowledgedWords } from '../reconcile/sent-status.js'
import type { StatsResult } from '../stats/result.js'
import { runEventStats, type StatsRun } from '../stats/run.js'
import { archiveWindows, type FoundBeside } from './archive-windows.js'
import { datumsOf, type WindowDatums } from './datums.js'
import { Journal } from './journal.js'
import { byMember, labelsOf, membersBy, rankedMembers } from './members.js'
import {
  chosenTypes,
  type Member,
  nameOf,
  type OfType,
  promisedFirst,
  rankedTypes,
} from './own-types.js'
import { chosenWindows, costOf, type MetricsResult } from './plan.js'
import type { PublishRequest } from './request.js'
import { journalFile, namesOf, openTarget } from './setup.js'
import { tell, telling } from './tell.js'

/** What was found of all that was read, windows or not. Undefined: nobody asked, or nobody
 * knows. */
export interface FoundInAll {
  readonly reconciled: ReconcileResult | undefined
  readonly loops: number | undefined
  /** When the newest event of a type happened. */
  newestUs(type: OfType): number | undefined
}

export interface PublishRun {
  readonly result: MetricsResult
  /** Those that are to be published. */
  readonly windows: readonly WindowDatums[]
  /** Of everything that was read, windows or not. */
  readonly measured: StatsResult
  readonly beside: FoundInAll
  /** Why the run does not end well, whatever is published. */
  readonly failure: EvtError | undefined
  /** Tells whoever takes them. */
  publish(onProgress: (calls: number) => void): Promise<MetricsResult>
  close(): void
}

/**
 * Measures an archive and says what is to be told of it; it tells nothing by itself.
 *
 * @throws EvtError `usage` for what was typed wrong, among it a namespace of AWS and windows of a
 * time that CloudWatch does not take
 */
export async function planPublish(request: PublishRequest): Promise<PublishRun> {
  const { windowUs, mostTypes, dimensions, isPrinted, nowMs, graceUs, by } = request
  const { namespace, promised } = await namesOf(request)
  const members = by === 'type' ? undefined : await chosenMembers(request, by)
  const labelOf = members?.labelOf
  const choices = { ...request.choices, windowUs, intervals: true, by: 'type' as const, labelOf }
  const run = await runEventStats({ ...request, choices })
  const { result, failure, isEmpty } = run
  if (isEmpty && failure) throw failure
  const target = isPrinted ? undefined : await openTarget(namespace, request)
  const { sources } = result
  const journal = new Journal(journalFile(request, { namespace, target, sources, chosen: choices }))
  if (!isPrinted) await journal.read()
  const untimed = untimedIn(result)
  if (untimed === result.total.events) throw noTimes(untimed)
  const beside = await foundBeside(request, run)
  const ranked = promisedFirst(rankedTypes(result, beside.reconciled), promised)
  const { own, others } = members?.chosen ?? chosenTypes(ranked, mostTypes)
  const ofOwn = members ? byMember(run) : run
  // Losses are known by type alone.
  const found = members ? { ...beside, losses: undefined } : beside
  const all = archiveWindows({ ...run, ofOwn }, { windowUs, own }, found).map((window) =>
    datumsOf(window, { dimensions, graceUs, by }),
  )
  const isCloudWatch = target?.kind !== 'otlp'
  const { wanted, windows } = chosenWindows(all, journal, {
    ...{ ...request, nowMs: nowMs(), isCloudWatch },
  })
  const planned: MetricsResult = {
    ...{ schema: 'evt.metrics/1', namespace, region: target?.region ?? null },
    ...(target?.url != null && { url: target.url }),
    ...{ sources: result.sources, windowMs: windowUs / 1_000, partial: result.partial },
    ...{ windows, untimed, undecodable: result.read.undecodable },
    ...(by !== 'type' && { by }),
    ...costOf(wanted, { others, isCloudWatch }),
  }
  return {
    ...{ result: planned, windows: wanted, measured: result, failure },
    beside: foundInAll(run, beside),
    async publish(onProgress) {
      if (!target) return planned
      return telling(journal, async () => {
        await journal.read()
        const left = wanted.filter(({ startMs }) => journal.isWanted(startMs, request.resend))
        await tell(left, { target, journal, signal: request.signal, onProgress })
        return { ...planned, windows: { ...windows, published: left.length } }
      })
    },
    close: () => target?.close(),
  }
}

/** Which keys or entities have metrics of their own. */
async function chosenMembers(request: PublishRequest, by: Member) {
  const { config, sources } = await namedSources(request)
  const mapping = createMapping({ events: config.events, maps: request.maps })
  const hidden = { paths: config.privacy?.redact ?? [], mapping }
  const membersOf = membersBy(by, hiddenNames(hidden))
  const ranked = await rankedMembers({ ...request, given: sources }, membersOf)
  if (ranked.length === 0) throw noMembers(by)
  const chosen = chosenTypes(ranked, request.mostTypes)
  return { chosen, labelOf: labelsOf(chosen.own, membersOf) }
}

function noMembers(by: Member): EvtError {
  const [what, map] = by === 'key' ? ['a key', 'key=$.path'] : ['an entity', 'entities.KIND=$.path']
  return new EvtError(`no event has ${what}: nothing is by ${by}`, {
    ...{ code: 'usage', hint: `--map ${map} says where it is` },
  })
}

/** What was sent and lost, and what runs in circles, where somebody asked. */
async function foundBeside(request: PublishRequest, run: StatsRun): Promise<FoundBeside> {
  const { sent, loops, choices, windowUs, graceUs, given, maps, range, signal } = request
  const { types, filter, memoryLimitBytes, allowPartial } = choices
  const shared = { types, filter, memoryLimitBytes, allowPartial }
  const found: { -readonly [name in keyof FoundBeside]: FoundBeside[name] } = {}
  if (sent.length > 0) {
    const received = given.length > 0 ? given : run.result.sources
    const { result, losses, failure } = await runReconcile({
      ...request,
      stages: [
        { name: 'sent', given: sent, maps },
        { name: 'received', given: received, maps },
      ],
      choices: {
        ...shared,
        graceUs,
        windowUs,
        lossesByKind: true,
        identity: 'source+id',
        acknowledged: acknowledgedWords,
      },
      range,
    })
    // Where nothing could be compared, nobody knows that nothing was lost.
    if (failure) throw failure
    Object.assign(found, { reconciled: result, losses } satisfies FoundBeside)
  }
  if (loops && !signal.aborted) {
    const asked = { ...request, ...shared, entities: [], leastTurns: LEAST_TURNS }
    found.loops = (await runLoops(asked)).result.loops
  }
  return found
}

function foundInAll({ windowTypes }: StatsRun, { reconciled, loops }: FoundBeside): FoundInAll {
  const newest = new Map<string, number>()
  for (const row of [...(windowTypes?.values() ?? [])].flat()) {
    const { newestUs } = row
    const name = nameOf(row)
    if (newestUs !== null) newest.set(name, Math.max(newestUs, newest.get(name) ?? newestUs))
  }
  return { reconciled, loops: loops?.length, newestUs: (type) => newest.get(nameOf(type)) }
}

/** As `evt loops` has it where nobody says otherwise. */
const LEAST_TURNS = 3

/** Events that are in no window: they have neither `receivedAt` nor `time`. */
function untimedIn({ total, windows = [] }: StatsResult): number {
  return total.events - windows.reduce((sum, { events }) => sum + events, 0)
}

function noTimes(events: number): EvtError {
  return new EvtError(`${events} events, none with a time: a metric is of a moment`, {
    ...{ code: 'inconclusive', hint: '--map time=$.path says where it is' },
  })
}
