import { type Fault, isLoss } from '../archives/object.js'
import { EvtError } from '../errors.js'

interface Ended {
  records: number
  objectFaults: readonly { path: string; fault: Fault }[]
  signal: AbortSignal
  allowPartial: boolean
}

/** Why a run does not end well although it has a result: it was interrupted, or objects are not
 * whole. */
export function endedBadly(ended: Ended): EvtError | undefined {
  const { records, objectFaults, signal, allowPartial } = ended
  if (signal.aborted) {
    const were = records === 1 ? 'record was' : 'records were'
    const read = `${records.toLocaleString('en')} ${were} read`
    return new EvtError(`interrupted: ${read}, the result is partial`, { code: 'interrupted' })
  }
  const lost = objectFaults.filter(({ fault }) => isLoss(fault))
  const [first] = lost
  if (first && !allowPartial) {
    const others = lost.length - 1
    const more = others === 0 ? '' : `, and ${others} more ${others === 1 ? 'is' : 'are'} not whole`
    return new EvtError(`${first.path} ${first.fault.detail}${more}: the result is partial`, {
      code: 'outside',
      hint: '--allow-partial takes what could be read',
    })
  }
  return undefined
}
