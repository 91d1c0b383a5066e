import { isLoss } from '../../archives/object.js'
import type { ObjectFault } from '../load.js'
import type { Counted, Draft } from './finding.js'
import { counted, listed } from './phrases.js'

/** Objects that could not be read whole, and objects that were not what was listed any more. */
export function objectFaults({ loaded }: Counted): Draft[] {
  const changed = loaded.objectFaults.filter(({ fault }) => fault.reason === 'changed')
  const unreadable = loaded.objectFaults.filter(({ fault }) => fault.reason !== 'changed')
  return [
    ...draftOf('unreadable', unreadable, 'could not be read whole'),
    ...draftOf('changed', changed, 'changed since the archive was listed'),
  ]
}

function draftOf(
  kind: 'unreadable' | 'changed',
  faults: readonly ObjectFault[],
  what: string,
): Draft[] {
  const count = faults.length
  if (count === 0) return []
  const texts = faults.map(({ path, fault }) => `${path} ${fault.detail}`)
  const isLost = faults.some(({ fault }) => isLoss(fault))
  const [it, was] = count === 1 ? ['it', 'it was'] : ['them', 'they were']
  const kept = isLost
    ? ` What could be read of ${it} counts.`
    : ` What was there when ${was} read counts.`
  const subject = count === 1 ? texts[0] : `${counted(count, 'object')} ${what}: ${listed(texts)}`
  return [
    {
      kind,
      type: null,
      source: null,
      severity: isLost ? 'fault' : 'warning',
      count,
      // An object is worth more than an event.
      weight: count * 1_000,
      explain: `${subject}.${kept}`,
    },
  ]
}
