import { EvtError } from '../errors.js'
import { LEAST_EVENTS } from '../init/guess.js'
import { commandText } from '../ui/shell-quote.js'
import { whyUnasked } from './unasked.js'

/** Why `evt init` wrote nothing although nobody said no: there is nothing, or nobody to ask. */
export function unwritten(of: {
  isEmpty: boolean
  isJson: boolean
  /** Of the sample. */
  events: number
  argv: readonly string[]
  sources: readonly string[]
}): EvtError {
  if (of.isEmpty) {
    const from = of.sources.join(' ')
    const are = of.events === 1 ? '1 event is' : `${of.events} events are`
    const reason =
      of.events < LEAST_EVENTS
        ? `${are} too little evidence in ${from}, ${LEAST_EVENTS} are the least`
        : `nothing was found to map in ${from}`
    const message = `nothing to write: ${reason}`
    const hint = commandText(['evt', 'stats', ...of.sources])
    return new EvtError(message, { code: 'inconclusive', hint })
  }
  return new EvtError(`nothing was written: ${whyUnasked(of.isJson)}`, {
    code: 'usage',
    hint: commandText(['evt', 'init', ...of.argv, '--yes']),
  })
}
