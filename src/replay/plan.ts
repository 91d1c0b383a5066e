import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { cacheFolder } from '../config/cache-folder.js'
import type { ResultRows } from '../engines/engine.js'
import { timeText } from '../event/time.js'
import { type HiddenNames, hiddenNames } from '../questions/hidden-names.js'
import { hiddenIn } from '../questions/run.js'
import type { Searched } from '../questions/searched.js'
import type { OpenedArchive } from '../reading/open-archive.js'
import type { OpenSink, Sink } from '../sinks/sink.js'
import { entriesOf, type Making } from './entries.js'
import { estimateOf } from './estimate.js'
import type { FanOut } from './fan-out.js'
import type { Marking } from './marking.js'
import type { ReplayRequest } from './request.js'
import type { ReplayResult } from './result.js'
import { Tally } from './tally.js'
import type { MaskHits } from './transform/masks.js'
import type { Unerased } from './unerased.js'
import { warningsOf } from './warnings.js'

const ID_DIGITS = 12

export interface Planned {
  readonly result: ReplayResult
  readonly tally: Tally
  readonly marking: Marking
  /** Events of somebody who was erased. */
  readonly leftOut: number
}

export interface PlanOf {
  readonly kind: Sink
  readonly sink: OpenSink
  readonly archive: OpenedArchive
  readonly request: ReplayRequest
  /** Also where the rules stand, if there are any. */
  readonly making: Pick<Making, 'transform' | 'snapshot'> & {
    readonly rules: string | null
    readonly masks: MaskHits | null
  }
  readonly fanOut: FanOut
  readonly unerased: Unerased
}

/** Goes through what was selected once, as if it were sent. */
export async function planned(rows: ResultRows, searched: Searched, of: PlanOf): Promise<Planned> {
  const { kind, sink, request, unerased } = of
  const tally = new Tally(sink)
  const { body, isMarked } = request
  // As long as the name will be, which goes by what is sent.
  const name = isMarked ? (request.name ?? nameOf('0')) : null
  const marking = { name, place: kind.marks, body }
  const { injection } = request
  const entries = entriesOf(unerased.of(rows), { ...of.making, marking, injection })
  for await (const chunk of entries) for (const entry of chunk) tally.add(entry)
  const { leftOut } = unerased
  const plan = planId(tally, request)
  const named = { ...marking, name: isMarked ? (request.name ?? nameOf(plan)) : null }
  return {
    result: resultOf(plan, { ...of, tally, searched, name: named.name }),
    tally,
    marking: named,
    leftOut,
  }
}

function nameOf(plan: string): string {
  return `evt-${plan.slice(0, ID_DIGITS).padEnd(ID_DIGITS, '0')}`
}

/** Of exactly these messages, in this order, to this target. */
function planId(tally: Tally, { to, name, isMarked, body }: ReplayRequest): string {
  const of = JSON.stringify([tally.contents(), to, name, isMarked, body])
  return createHash('sha256').update(of).digest('hex').slice(0, 32)
}

interface ResultOf extends PlanOf {
  readonly tally: Tally
  readonly searched: Searched
  readonly name: string | null
}

function resultOf(plan: string, { tally, searched, name, ...of }: ResultOf): ReplayResult {
  const { kind, sink, archive, request, fanOut } = of
  const { to, order, body, distinct, speed, concurrency, skipRefused: isSkipping } = request
  const { claimCheck } = request
  const { undecodable } = searched
  const hidden = hiddenNames(hiddenIn(archive))
  const isMarking = name !== null
  const planned = {
    ...{ kind, sink, speed, isMarking, undecodable, isSkipping, fanOut, claimCheck },
    ...{ isSnapshot: of.making.snapshot !== null, leftOut: of.unerased.leftOut },
    vainMasks: of.making.masks?.vain() ?? [],
    ...{ blanked: of.unerased.blanked, unknownKinds: of.unerased.unknownKinds() },
  }
  return {
    ...{ schema: 'evt.replay/1', plan, sources: archive.sources, to, target: sink.target, name },
    selection: selectionOf(request),
    transform: of.making.rules,
    ...{ order, body, distinct, partial: false, events: tally.events, bytes: tally.bytes },
    ...{ calls: tally.calls, keys: shownKeys(tally, hidden), types: tally.types },
    estimate: estimateOf(tally, { kind, sink, speed, concurrency }),
    warnings: warningsOf(tally, planned),
    refused: shownRefused(tally, hidden),
    journal: journalFor(plan, kind, request),
    sent: null,
  }
}

/** Who reads a plan does not learn what privacy.redact hides. */
function shownKeys({ keys }: Tally, hidden: HiddenNames | undefined): ReplayResult['keys'] {
  const shown = (key: string) => hidden?.field('key', key) ?? key
  return { ...keys, largest: keys.largest.map((one) => ({ ...one, key: shown(one.key) })) }
}

function shownRefused({ refused }: Tally, hidden: HiddenNames | undefined) {
  const shown = (id: string | null) => hidden?.field('id', id) ?? id
  return refused.map((one) => ({ ...one, examples: one.examples.map(shown) }))
}

function selectionOf({ range, types, entities, keys, ids, filter, sql }: ReplayRequest) {
  const text = (us: number | null) => (us === null ? null : timeText(us))
  return {
    ...{ since: text(range.sinceUs), until: text(range.untilUs) },
    ...{ types, entities, keys, ids, filter: filter?.json ?? null, sql },
  }
}

/** What is printed is gone with who read it, so nobody can go on with it. */
function journalFor(plan: string, { name }: Sink, { journal, env }: ReplayRequest): string | null {
  if (journal !== null || name === 'stdout') return journal
  return join(cacheFolder(env), 'replay', `${plan}.ndjson`)
}
