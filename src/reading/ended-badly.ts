import { type Fault, isLoss } from '../archives/object.js'
import { EvtError } from '../errors.js'

interface Ended {
  records: number
  objectFaults: readonly { path: string; fault: Fault }[]
  /** Why records lack what they refer to. */
  unanswered?: EvtError | undefined
  signal: AbortSignal
  allowPartial: boolean
}

const HINT = '--allow-partial takes what could be read'

/** Why a run does not end well although it has a result: it was interrupted, nobody outside
 * answered, or objects are not whole. */
export function endedBadly(ended: Ended): EvtError | undefined {
  const { records, objectFaults, unanswered, signal, allowPartial } = ended
  if (signal.aborted) {
    const were = records === 1 ? 'record was' : 'records were'
    const read = `${records.toLocaleString('en')} ${were} read`
    return new EvtError(`interrupted: ${read}, the result is partial`, { code: 'interrupted' })
  }
  if (unanswered && !allowPartial) {
    const { message, hint } = unanswered
    return new EvtError(`${message}: the result is partial`, {
      code: 'outside',
      hint: hint === undefined ? HINT : `${hint}\n${HINT}`,
      cause: unanswered,
    })
  }
  const lost = objectFaults.filter(({ fault }) => isLoss(fault))
  const [first] = lost
  if (first && !allowPartial) {
    const others = lost.length - 1
    const more = others === 0 ? '' : `, and ${others} more ${others === 1 ? 'is' : 'are'} not whole`
    return new EvtError(`${first.path} ${first.fault.detail}${more}: the result is partial`, {
      code: 'outside',
      hint: HINT,
    })
  }
  return undefined
}
