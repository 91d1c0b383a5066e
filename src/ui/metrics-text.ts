import type { MetricsResult } from '../publish/plan.js'
import { countText } from './numbers.js'
import { safeText } from './safe-text.js'

/** What is to be published, or was, for people. */
export function metricsText(result: MetricsResult, isDone: boolean): string {
  const { namespace, region, windows, metrics, datums, calls, usd } = result
  const verb = isDone ? 'published' : 'to publish'
  const where = `${safeText(namespace)}${region === null ? '' : ` in ${region}`}`
  const price = `$${usd.perMonth.toFixed(2)} a month, ${callsPrice(usd.calls)} for these calls`
  return [
    `${verb}: ${countText(windows.published)} windows to ${where}`,
    ...(windows.first === null ? [] : [`  ${windows.first} to ${windows.last}`]),
    `  ${countText(metrics)} metrics, ${countText(datums)} datums, ${countText(calls)} calls`,
    `  at list price up to ${price}`,
    ...notesOf(result).map((note) => `  ! ${note}`),
  ].join('\n')
}

function callsPrice(usd: number): string {
  return usd < 0.01 ? 'less than $0.01' : `$${usd.toFixed(2)}`
}

function notesOf({ windows, otherTypes, untimed }: MetricsResult): string[] {
  const { before, inDoubt, open, cut, refused, slow } = windows
  const of = (count: number, one: string, several: string) =>
    count === 0 ? [] : [`${countText(count)} ${count === 1 ? one : several}`]
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
      otherTypes,
      'type has no latency of its own (--max-types)',
      'types have no latency of their own (--max-types)',
    ),
  ]
}
