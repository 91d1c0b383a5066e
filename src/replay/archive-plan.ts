import { createHash } from 'node:crypto'
import type { BusArchive } from '../aws/bus-archives.js'
import { type RuleState, ruleOf } from '../aws/bus-rules.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'
import { parseJson } from '../event/json.js'
import type { ArchiveReplayResult, ArchiveReplayWarning } from './archive-result.js'

/** So long an event may take into the archive. */
const ARRIVING_MS = 600_000
const DAY_MS = 86_400_000
const NAME_DIGITS = 12

export interface ArchiveReplayRequest {
  /** The archive as it was typed, and its name and region. */
  readonly source: string
  readonly archive: { readonly name: string; readonly region: string | undefined }
  /** Rules of its bus, by name or ARN. */
  readonly rules: readonly string[]
  readonly range: { readonly sinceUs: number | null; readonly untilUs: number | null }
  /** Of the replay; evt makes one if unsaid. */
  readonly name: string | undefined
  readonly aws: AwsOptions
  readonly signal: AbortSignal
  nowMs(): number
}

/** What is to be replayed.
 * @throws EvtError `usage` for rules that are not there, or would get nothing */
export async function archivePlan(
  archive: BusArchive,
  request: ArchiveReplayRequest,
): Promise<ArchiveReplayResult> {
  const { source, aws, signal } = request
  const nowMs = request.nowMs()
  const bus = archive.busArn.slice(archive.busArn.indexOf('event-bus/') + 10)
  const named = request.rules.map((rule) => ruleNamed(rule, bus, archive))
  const options = { ...aws, signal, region: aws.region ?? request.archive.region }
  const asked = named.map(async ({ name, arn }) => {
    const { isEnabled, pattern } = await ruleOf(bus, name, options)
    return { name, arn, isEnabled, isGuarded: isGuarded(pattern) }
  })
  const rules = await Promise.all(asked)
  const window = windowOf(archive, request, nowMs)
  if (window.fromMs >= window.toMs) {
    throw new EvtError(
      `there is no time between --since and --until in which ${source} was there`,
      {
        code: 'usage',
      },
    )
  }
  if (rules.every((rule) => rule.isGuarded)) throw allGuarded(rules.map(({ name }) => name))
  const [since, until] = [window.fromMs, window.toMs].map((ms) => new Date(ms).toISOString())
  const { name, arn, state, events, bytes, retentionDays } = archive
  return {
    schema: 'evt.archive-replay/1',
    archive: { name, arn, state, events, bytes, retentionDays },
    ...{ bus, rules, name: request.name ?? nameOf([arn, rules, since, until, nowMs]) },
    ...{ since: since ?? '', until: until ?? '' },
    warnings: warningsOf(archive, { rules, window, nowMs }),
    replay: null,
  }
}

/** A rule of the archive's bus. */
function ruleNamed(rule: string, bus: string, { busArn, name }: BusArchive) {
  const place = bus === 'default' ? '' : `${bus}/`
  const prefix = busArn.replace(/event-bus\/.*$/, `rule/${place}`)
  if (!rule.startsWith('arn:')) return { name: rule, arn: `${prefix}${rule}` }
  const of = rule.startsWith(prefix) ? rule.slice(prefix.length) : '/'
  if (!of.includes('/')) return { name: of, arn: rule }
  throw new EvtError(`${rule} is no rule of the bus ${bus}`, {
    ...{ code: 'usage', hint: `the archive ${name} is replayed to rules of that bus alone` },
  })
}

/** Whether a pattern asks for events that no replay brought. */
function isGuarded(pattern: string | undefined): boolean {
  const asked = memberOf(pattern === undefined ? null : parseJson(pattern), 'replay-name')
  return (
    Array.isArray(asked) &&
    asked.length > 0 &&
    asked.every((one) => memberOf(one, 'exists') === false)
  )
}

function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? value[name]
    : undefined
}

interface Window {
  readonly fromMs: number
  readonly toMs: number
}

/** EventBridge takes whole seconds. */
function windowOf(archive: BusArchive, { range }: ArchiveReplayRequest, nowMs: number): Window {
  const { sinceUs, untilUs } = range
  const { madeMs, retentionDays } = archive
  const keptMs = retentionDays === null ? 0 : nowMs - retentionDays * DAY_MS
  const firstMs = sinceUs === null ? Math.max(keptMs, madeMs ?? 0) : sinceUs / 1_000
  const lastMs = untilUs === null ? nowMs : Math.min(nowMs, untilUs / 1_000)
  // Not in the future.
  const seconds = lastMs === nowMs ? Math.floor(nowMs / 1_000) : Math.ceil(lastMs / 1_000)
  return { fromMs: Math.floor(firstMs / 1_000) * 1_000, toMs: seconds * 1_000 }
}

function nameOf(parts: readonly unknown[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return `evt-${hash.slice(0, NAME_DIGITS)}`
}

function allGuarded(names: readonly string[]): EvtError {
  const asks = names.length === 1 ? 'asks' : 'ask'
  return new EvtError(`nothing would arrive: ${names.join(', ')} ${asks} for no replay-name`, {
    code: 'usage',
    hint: 'replay to a rule without {"replay-name": [{"exists": false}]}',
  })
}

interface Planned {
  readonly rules: readonly (Pick<RuleState, 'name' | 'isEnabled'> & { isGuarded: boolean })[]
  readonly window: Window
  readonly nowMs: number
}

/** What EventBridge cannot promise, and what somebody should know. */
function warningsOf(
  { state, stateReason, events, retentionDays }: BusArchive,
  { rules, window, nowMs }: Planned,
): ArchiveReplayWarning[] {
  const warnings: ArchiveReplayWarning[] = []
  const warn = (kind: ArchiveReplayWarning['kind'], explain: string) => {
    warnings.push({ kind, explain })
  }
  for (const { name } of rules.filter((rule) => rule.isGuarded)) {
    warn('guarded', `${name} gets nothing: its pattern leaves out what is replayed`)
  }
  for (const { name } of rules.filter((rule) => !rule.isEnabled)) {
    warn('disabled', `${name} gets nothing: it is disabled`)
  }
  if (state !== 'ENABLED') {
    warn('state', `the archive is ${state}${stateReason === null ? '' : ` (${stateReason})`}`)
  }
  if (nowMs - window.toMs < ARRIVING_MS) {
    warn('recent', 'what came in the last 10 minutes may not be in the archive yet')
  }
  if (retentionDays !== null && window.fromMs < nowMs - retentionDays * DAY_MS) {
    warn('retention', `the archive keeps ${retentionDays} days: what is older is gone`)
  }
  warn('order', 'EventBridge keeps no order: it replays minute by minute, each in any order')
  const counted = events === null ? '' : 'what an archive holds is counted up to a day late: '
  warn('count', `${counted}how many events are in this time is not known, nor told at the end`)
  return warnings
}
