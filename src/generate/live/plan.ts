import { EvtError } from '../../errors.js'
import { timeText } from '../../event/time.js'
import { serviceSinkFor } from '../../sinks/index.js'
import type { OpenSink, SinkOptions } from '../../sinks/sink.js'
import { Fault } from '../events.js'
import { makeWorkload } from '../make-workload.js'
import { idInPayload, mappingFile } from '../mapping-file.js'
import type { GivenSettings } from '../settings.js'
import type { Workload } from '../workload.js'
import { checkLedger, openLedger } from './ledger.js'
import type { MessageShape } from './messages.js'
import { type LiveCounts, type LiveHooks, sendWorkload } from './run.js'
import { liveSettings } from './settings.js'
import { sentTruth } from './truth.js'

/** What is planted, in deliveries; `lost` and `reordered` in events. */
type LivePlanted = {
  duplicates: number
  conflicts: number
  publishedTwice: number
  /** Sent behind later ones of their key. */
  reordered: number
  lost: number
}

/** `evt.generate-plan/1`: what would be sent. */
export interface LivePlan {
  readonly schema: 'evt.generate-plan/1'
  readonly to: string
  readonly target: string
  readonly seed: number
  readonly events: number
  readonly messages: number
  readonly ratePerSecond: number
  readonly durationMs: number
  readonly planted: LivePlanted
  readonly ledger: string
}

/** `evt.sent/1`: what was sent. */
export interface SentResult {
  readonly schema: 'evt.sent/1'
  readonly to: string
  readonly target: string
  readonly seed: number
  /** Not all that was planned, since it was interrupted or failed. */
  readonly partial: boolean
  readonly messages: {
    readonly planned: number
    readonly sent: number
    readonly failed: number
    readonly notSent: number
    /** Sent again although they may have arrived. */
    readonly repeated: number
  }
  readonly bytes: number
  readonly startedAt: string | null
  readonly durationMs: number
  readonly ratePerSecond: { readonly asked: number; readonly reached: number | null }
  readonly planted: LivePlanted
  readonly errors: readonly { readonly error: string; readonly count: number }[]
  readonly ledger: string
}

/** A workload that has a target, and is not sent. */
export interface LiveRun {
  readonly plan: LivePlan
  /** @returns also what ended it before its time */
  send(hooks: LiveHooks): Promise<{ result: SentResult; failure: unknown }>
  close(): void
}

export interface LiveOptions extends SinkOptions {
  readonly to: string
  readonly ledger: string
  readonly force: boolean
}

/**
 * Looks at the target and makes the workload; nothing is sent, nothing written.
 *
 * @throws EvtError `usage`, `outside`
 */
export async function planLive(given: GivenSettings, options: LiveOptions): Promise<LiveRun> {
  checkLedger(options.ledger, options)
  const kind = await serviceSinkFor(options.to)
  const sink = await kind.open(options.to, options)
  const service = kind.name
  const { settings, outer } = liveSettings(given, { service, isFifo: sink.keepsOrder })
  const workload = makeWorkload(settings)
  if (workload.deliveries.count === 0) {
    const message = `all ${settings.events} events are lost: there is nothing to send`
    throw new EvtError(message, { code: 'usage', hint: 'lower --loss or raise --events' })
  }
  // A bus gives every event an id of its own.
  const shape = { outer, withId: service === 'eventbridge', eventBytes: settings.eventBytes }
  const plan = planOf(workload, sink, options)
  return {
    plan,
    send: (hooks) => sent(workload, { sink, shape, plan }, { ...options, ...hooks }),
    close: () => sink.close(),
  }
}

function planOf(workload: Workload, { target }: OpenSink, { to, ledger }: LiveOptions): LivePlan {
  const { settings, events, deliveries } = workload
  const { seed, ratePerSecond, startUs } = settings
  const lost = events.fault.filter((fault) => fault === Fault.lost).length
  const isSent = new Uint8Array(deliveries.count).fill(1)
  const lastUs = events.timeUs[events.count - 1] ?? startUs
  return {
    ...{ schema: 'evt.generate-plan/1', to, target, seed },
    ...{ events: events.count, messages: deliveries.count, ratePerSecond },
    durationMs: Math.round((lastUs - startUs) / 1_000),
    planted: plantedOf(workload, { isSent, lost }, reorderedOf(workload, isSent)),
    ledger,
  }
}

async function sent(
  workload: Workload,
  { sink, shape, plan }: { sink: OpenSink; shape: MessageShape; plan: LivePlan },
  { ledger: folder, force, ...hooks }: LiveOptions & LiveHooks,
): Promise<{ result: SentResult; failure: unknown }> {
  const ledger = openLedger(folder, { force })
  const { settings, rows } = workload
  const ofAll = shape.withId ? idInPayload : {}
  ledger.write('evt.yaml', mappingFile(settings, rows, { ofAll, ledger: true }))
  const { counts, failure } = await sendWorkload(workload, { sink, ledger, shape }, hooks)
  const truth = sentTruth(workload, counts.isSent)
  ledger.write('truth.json', `${JSON.stringify(truth, null, 2)}\n`)
  ledger.close()
  const planted = plantedOf(workload, counts, truth.total.ordering.reordered)
  return { result: resultOf(plan, counts, planted), failure }
}

function resultOf(plan: LivePlan, counts: LiveCounts, planted: LivePlanted): SentResult {
  const { to, target, seed, messages: planned, ratePerSecond: asked, ledger } = plan
  const { sent, failed, repeated, bytes, firstMs, lastMs } = counts
  const durationMs = sent > 0 ? lastMs - firstMs : 0
  const notSent = planned - sent - failed
  const errors = [...counts.errors].map(([error, count]) => ({ error, count }))
  return {
    ...{ schema: 'evt.sent/1', to, target, seed, partial: notSent > 0 },
    messages: { planned, sent, failed, notSent, repeated },
    ...{ bytes, durationMs, startedAt: sent > 0 ? timeText(firstMs * 1_000) : null },
    ratePerSecond: { asked, reached: durationMs > 0 ? (sent / durationMs) * 1_000 : null },
    ...{ planted, errors: errors.sort((a, b) => b.count - a.count), ledger },
  }
}

function plantedOf(
  { deliveries }: Workload,
  { isSent, lost }: Pick<LiveCounts, 'isSent' | 'lost'>,
  reordered: number,
): LivePlanted {
  const again = (code: number) =>
    deliveries.fault.filter((fault, d) => fault === code && isSent[d] === 1).length
  return {
    duplicates: again(Fault.duplicate),
    conflicts: again(Fault.conflict),
    publishedTwice: again(Fault.publishedTwice),
    ...{ reordered, lost },
  }
}

function reorderedOf(workload: Workload, isSent: Uint8Array): number {
  return sentTruth(workload, isSent).total.ordering.reordered
}
