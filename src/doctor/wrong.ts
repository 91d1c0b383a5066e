import { EvtError } from '../errors.js'
import type { Check, Mark } from './result.js'

/** A failure, as what was found. What evt does not understand is a defect, and no finding. */
export function wrong(about: Check['about'], error: unknown, mark: Mark = 'wrong'): Check {
  if (!(error instanceof EvtError) || error.code === 'interrupted') throw error
  return { about, mark, explain: error.message, next: error.hint ?? null }
}
