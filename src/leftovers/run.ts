import { EvtError } from '../errors.js'
import type { Leftover, Survey } from './leftover.js'

/** `kept`: it has not expired. `found`: it would be removed. */
export type Outcome = 'kept' | 'found' | 'removed' | 'failed'

export interface Listed {
  readonly leftover: Leftover
  outcome: Outcome
}

/** What `evt gc` found, and what became of it. */
export interface GcRun {
  readonly where: string
  readonly listed: readonly Listed[]
  /** What could not be looked at, or not be removed. */
  readonly faults: readonly EvtError[]
  /** Removes what is to be removed, until the signal aborts. What cannot be is a fault, and no
   * reason to leave the rest. */
  remove(signal: AbortSignal): Promise<void>
}

/** @param all what has not expired, too: somebody may be using it */
export function gcRun({ where, found, gaps }: Survey, all: boolean): GcRun {
  const faults = [...gaps]
  const listed = found.map((leftover): Listed => {
    return { leftover, outcome: all || leftover.isExpired ? 'found' : 'kept' }
  })
  return {
    ...{ where, listed, faults },
    async remove(signal) {
      for (const each of listed) {
        if (signal.aborted) return
        if (each.outcome !== 'found') continue
        try {
          await each.leftover.remove()
          each.outcome = 'removed'
        } catch (error) {
          if (!(error instanceof EvtError)) throw error
          each.outcome = 'failed'
          faults.push(error)
        }
      }
    },
  }
}

/** All faults as one, `outside`; undefined where there is none. */
export function faultOf({ faults }: Pick<GcRun, 'faults'>): EvtError | undefined {
  if (faults.length === 0) return undefined
  const texts = [...new Set(faults.map(({ message }) => message))]
  const hints = [...new Set(faults.flatMap(({ hint }) => hint ?? []))]
  return new EvtError(texts.join('; '), {
    code: 'outside',
    hint: hints.length === 0 ? undefined : hints.join('\n'),
    cause: faults[0],
  })
}
