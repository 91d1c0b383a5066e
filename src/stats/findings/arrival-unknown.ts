import { aboutAll, type Counted, type Draft } from './finding.js'
import { surveyByType } from './per-type.js'
import { counted, listed, nameOf, shareText } from './phrases.js'

/** Events that nobody recorded the arrival of. */
export function arrivalsUnknown(evidence: Counted): Draft[] {
  const types = surveyByType(evidence).filter(({ noReceivedAt }) => noReceivedAt > 0)
  const count = types.reduce((sum, { noReceivedAt }) => sum + noReceivedAt, 0)
  if (count === 0) return []
  const { events } = evidence.measured.total
  const { keysByPosition } = evidence.grounds
  const subject =
    count === events
      ? 'No event has receivedAt'
      : `${counted(count, 'event')} of ${listed(types.map(nameOf))} ` +
        `(${shareText(count / events)}) ${count === 1 ? 'has' : 'have'} no receivedAt`
  const them = count === 1 ? 'it' : 'them'
  const latency = `no latency is claimed${count === events ? '' : ` for ${them}`}`
  const order =
    keysByPosition === 0
      ? ''
      : count === events
        ? ', and order is that of the records in the files'
        : `, and ${counted(keysByPosition, 'key')} ${keysByPosition === 1 ? 'goes' : 'go'} by ` +
          'the order of the records in the files'
  return [
    {
      kind: 'arrivalUnknown',
      ...aboutAll(types),
      severity: 'warning',
      count,
      weight: count,
      explain: `${subject}: ${latency}${order}. --map receivedAt=$.path says where it is.`,
    },
  ]
}
