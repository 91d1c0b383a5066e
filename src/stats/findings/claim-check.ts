import { deliveryFlags } from '../deliveries.js'
import { aboutAll, type Draft, type Evidence } from './finding.js'
import { counted, shareText } from './phrases.js'

const MOST = 3
const MOST_OTHERS = 1_000

/** Events whose payload is kept elsewhere, where nobody asked to follow them. */
export function claimChecks(evidence: Evidence): Draft[] {
  const { deliveries, measured, outside } = evidence
  if (outside?.claims) return []
  const { flags, groupOf, groups } = deliveries
  const found: number[] = []
  const concerned = new Set<number>()
  let count = 0
  for (let at = 0; at < deliveries.count; at++) {
    if (((flags[at] as number) & deliveryFlags.claim) === 0) continue
    count += 1
    concerned.add(groupOf[at] as number)
    if (found.length < MOST_OTHERS) found.push(at)
  }
  if (count === 0) return []
  const { events } = measured.total
  const rows = new Map<string, { type: string; source: string }>()
  for (const number of concerned) {
    const group = groups[number]
    if (group) rows.set(JSON.stringify([group.source, group.type]), group)
  }
  const are = count === 1 ? 'is a claim check' : 'are claim checks'
  return [
    {
      kind: 'claimCheck',
      ...aboutAll([...rows.values()]),
      severity: 'note',
      count,
      weight: count,
      explain:
        `${counted(count, 'event')} (${shareText(count / events)}) ${are}: the payload is kept ` +
        'elsewhere, and here is only a pointer to it. --follow-claims s3 fetches it, ' +
        '--follow-claims DIR takes it from a copy of the bucket.',
      proof: {
        groups: found.slice(0, MOST).map((at) => [at]),
        others: found.slice(MOST).map((at) => [at]),
        most: MOST,
        fields: ['id', 'receivedAt'],
        show: (group) => group.map(() => ({})),
      },
    },
  ]
}
