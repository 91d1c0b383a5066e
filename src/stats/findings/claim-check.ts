import { aboutAll, type Draft, type Evidence } from './finding.js'
import { surveyByType } from './per-type.js'
import { counted, shareText } from './phrases.js'

/** Events whose payload is kept elsewhere, where nobody asked to follow them. */
export function claimChecks(evidence: Evidence): Draft[] {
  const { deliveries, grounds, measured, outside } = evidence
  if (outside?.claims) return []
  const types = surveyByType(evidence).filter(({ claim }) => claim > 0)
  const count = types.reduce((sum, { claim }) => sum + claim, 0)
  if (count === 0) return []
  const { events } = measured.total
  const are = count === 1 ? 'is a claim check' : 'are claim checks'
  return [
    {
      kind: 'claimCheck',
      ...aboutAll(types),
      severity: 'note',
      count,
      weight: count,
      explain:
        `${counted(count, 'event')} (${shareText(count / events)}) ${are}: the payload is kept ` +
        'elsewhere, and here is only a pointer to it. --follow-claims s3 fetches it, ' +
        '--follow-claims DIR takes it from a copy of the bucket.',
      proof: {
        groups: grounds.survey.claims.map((pos) => [deliveries.atOf(pos)]),
        most: 3,
        fields: ['id', 'receivedAt'],
        show: (group) => group.map(() => ({})),
      },
    },
  ]
}
