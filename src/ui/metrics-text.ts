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

function notesOf({
  windows: { before, inDoubt, open, refused, slow },
  otherTypes,
  untimed,
}: MetricsResult): string[] {
  const of = (count: number, text: string) => (count === 0 ? [] : [`${countText(count)} ${text}`])
  return [
    ...of(before, 'windows were published before and are not again'),
    ...of(
      inDoubt,
      'windows were begun by a run that did not end: whether CloudWatch has them is not known, ' +
        'and they are not published again (--resend does)',
    ),
    ...of(open, 'windows are not over yet: a later run publishes them'),
    ...of(refused, 'windows are of a time that CloudWatch does not take, and left out'),
    ...of(slow, 'windows are older than three hours: CloudWatch shows them after hours'),
    ...of(untimed, 'events have no time and are in no window (--map time=$.path)'),
    ...of(otherTypes, 'types have no metrics of their own (--max-types)'),
  ]
}
