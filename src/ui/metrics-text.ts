import type { MetricsResult } from '../publish/plan.js'
import { countText, dollarText } from './numbers.js'
import { safeText } from './safe-text.js'

/** What is to be published, or was, for people. */
export function metricsText(result: MetricsResult, isDone: boolean): string {
  if (result.everyMs !== undefined && !isDone) return liveText(result, result.everyMs)
  const { windows, metrics, datums, calls } = result
  const verb = isDone ? 'published' : 'to publish'
  return [
    `${verb}: ${countText(windows.published)} windows to ${whereText(result)}`,
    ...(windows.first === null ? [] : [`  ${windows.first} to ${windows.last}`]),
    ...(result.everyMs === undefined
      ? [
          `  ${countText(metrics)} metrics, ${countText(datums)} datums, ${countText(calls)} calls`,
          ...priceOf(result, 'for these calls'),
        ]
      : [`  ${countText(datums)} datums`]),
    ...membersOf(result, isDone).map((note) => `  ! ${note}`),
    ...notesOf(result).map((note) => `  ! ${note}`),
  ].join('\n')
}

/** What comes is not known before: so much at most. */
function liveText(result: MetricsResult, everyMs: number): string {
  const { metrics, windowMs } = result
  return [
    `to publish to ${whereText(result)} every ${everyMs / 1_000} s, in windows of ` +
      `${windowMs / 1_000} s`,
    `  up to ${countText(metrics)} metrics`,
    ...priceOf(result, 'more for calls'),
    ...membersOf(result, false).map((note) => `  ! ${note}`),
  ].join('\n')
}

function whereText({ namespace, region, url }: MetricsResult): string {
  const name = safeText(namespace)
  if (url !== undefined) return `${safeText(url)}, as ${name}`
  return region === null ? name : `${name} in ${region}`
}

const several = { key: 'keys', entity: 'entities' } as const

/** What a dimension by key or entity costs, and that it stays. */
export function memberPrice({ url, usd, metrics }: MetricsResult, by: 'key' | 'entity'): string {
  const price = url === undefined ? `, up to $${usd.perMonth.toFixed(2)} a month at list price` : ''
  const keeper =
    url === undefined ? 'CloudWatch keeps them for 15 months' : 'who is told keeps them'
  return (
    `${several[by]} become a dimension: up to ${countText(metrics)} metrics${price}; ` +
    `${keeper}, and evt gdpr does not reach them there`
  )
}

function membersOf(result: MetricsResult, isDone: boolean): string[] {
  const { by, metrics } = result
  return by === undefined || isDone || metrics === 0 ? [] : [`${memberPrice(result, by)} (--force)`]
}

/** Of OpenTelemetry nobody knows the price. */
function priceOf({ url, usd }: MetricsResult, of: string): string[] {
  if (url !== undefined) return []
  const perMonth = `$${usd.perMonth.toFixed(2)} a month`
  return [`  at list price up to ${perMonth}, ${dollarText(usd.calls)} ${of}`]
}

function notesOf({
  windows,
  otherTypes,
  untimed,
  undecodable,
  everyMs,
  by,
}: MetricsResult): string[] {
  const { before, inDoubt, open, cut, refused, slow } = windows
  const of = (count: number, one: string, more: string) =>
    count === 0 ? [] : [`${countText(count)} ${count === 1 ? one : more}`]
  return [
    ...of(before, 'window was published before', 'windows were published before'),
    ...of(
      inDoubt,
      'window was begun by a run that did not end: whether CloudWatch has it is not known ' +
        '(--resend)',
      'windows were begun by a run that did not end: whether CloudWatch has them is not known ' +
        '(--resend)',
    ),
    ...of(open, 'window is not over yet', 'windows are not over yet'),
    ...of(
      cut,
      'window lies only in part between --since and --until, and is left out',
      'windows lie only in part between --since and --until, and are left out',
    ),
    ...of(
      refused,
      'window is of a time that CloudWatch does not take, and left out',
      'windows are of a time that CloudWatch does not take, and left out',
    ),
    ...of(
      slow,
      'window is older than three hours: CloudWatch shows it after hours',
      'windows are older than three hours: CloudWatch shows them after hours',
    ),
    ...of(
      untimed,
      'event has no time and is in no window (--map time=$.path)',
      'events have no time and are in no window (--map time=$.path)',
    ),
    ...of(
      everyMs === undefined ? undecodable : 0,
      'record could not be decoded and is in no window: it has no time',
      'records could not be decoded and are in no window: they have no time',
    ),
    ...of(
      otherTypes,
      `${by ?? 'type'} has no metrics of its own (--max-types)`,
      `${by === undefined ? 'types' : several[by]} have no metrics of their own (--max-types)`,
    ),
  ]
}
