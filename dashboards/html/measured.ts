import type { StatsResult } from '../../src/stats/result.js'
import { bytesText, countText } from '../../src/ui/numbers.js'
import { momentText } from '../../src/ui/times.js'
import { type Html, html } from './html.js'
import { LEAST_FOR, percentileNames } from './why.js'

/** What was read, and what the figures mean: term and explanation. */
export function measuredList(result: StatsResult, timeZone: string): Html {
  const rows = [...readRows(result, timeZone), ...meanings(result)]
  return termList(rows)
}

export function termList(rows: readonly (readonly [string, string])[]): Html {
  return html`<dl class="terms">${rows.map(
    ([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>\n`,
  )}</dl>`
}

function readRows({ read, span, selection }: StatsResult, timeZone: string): [string, string][] {
  const { objects, bytes, records, undecodable } = read
  const moment = (iso: string | null) => (iso === null ? 'nothing' : momentText(iso, timeZone))
  const ends = (first: string | null, last: string | null) =>
    first === null ? 'unknown' : `${moment(first)} → ${moment(last)} ${timeZone}`
  const bounds = [
    ...(selection.since === null ? [] : [`from ${moment(selection.since)}`]),
    ...(selection.until === null ? [] : [`before ${moment(selection.until)}`]),
  ]
  return [
    [
      'read',
      `${countText(objects)} ${objects === 1 ? 'object' : 'objects'}, ${bytesText(bytes)} as ` +
        `stored; ${countText(records)} ${records === 1 ? 'record' : 'records'}, ` +
        `${countText(undecodable)} of them undecodable`,
    ],
    ...(bounds.length > 0
      ? [['selected', `${bounds.join(', ')}, ${timeZone}`] as [string, string]]
      : []),
    ['arrivals', ends(span.firstReceivedAt, span.lastReceivedAt)],
    ['producers’ times', ends(span.firstTime, span.lastTime)],
  ]
}

function meanings({ total }: StatsResult): [string, string][] {
  const { skewed, overflow, resolutionMs } = total.latencyMs
  const grain =
    resolutionMs !== null && resolutionMs >= 1
      ? ` They are no finer than whole ${resolutionMs >= 1_000 ? 'seconds' : 'milliseconds'}.`
      : ''
  const left = skewed > 0 ? ` ${countText(skewed)} negative, as the clocks disagree: left out.` : ''
  const over =
    overflow > 0 ? ` ${countText(overflow)} beyond 407 days count in the maximum only.` : ''
  const needs = percentileNames.map(({ name, label }) => `${label} ${countText(LEAST_FOR[name])}`)
  return [
    [
      'duplicates',
      'Deliveries of an identity (source and id) that came before, as a share of the events.',
    ],
    [
      'reordered',
      'First deliveries below the greatest sequence, else time, that arrived before them of the ' +
        'same key (RFC 4737), as a share of those checked.',
    ],
    [
      'latency',
      'Arrival minus the producer’s time, of first deliveries, in an HDR histogram of ' +
        `microseconds with 3 significant digits.${grain}${left}${over}`,
    ],
    ['percentiles', `Claimed where ten latencies lie above: ${needs.join(', ')}.`],
  ]
}
