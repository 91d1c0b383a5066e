import { EvtError } from '../errors.js'
import { consentFlags, Refusal } from '../taps/queue-consents.js'
import type { Consent } from '../taps/tap.js'
import { commandText } from '../ui/shell-quote.js'

const consents: readonly Consent[] = ['intrusive', 'fifo', 'dead-letter', 'consume']

interface TypedLine {
  /** The command, such as `['evt', 'record']`. */
  readonly command: readonly string[]
  readonly argv: readonly string[]
}

/** That a queue is not tapped without more consent, with the line that was typed and gives it; any
 * other error as it is. */
export function withTypedLine(error: Error, { command, argv }: TypedLine): Error {
  if (!(error instanceof Refusal)) return error
  const [, ...others] = error.hint?.split('\n') ?? []
  const line = commandText([...command, ...consenting(argv, error.needed)])
  return new EvtError(error.message, { code: 'usage', hint: [line, ...others].join('\n') })
}

function consenting(argv: readonly string[], needed: readonly Consent[]): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  const typed = argv.slice(0, end)
  const isConsent = (word: string) => /^--(?:intrusive=.*|consume)$/.test(word)
  // Other sources may need what was given.
  const given = typed.filter(isConsent).join()
  const all = consents.filter((one) => needed.includes(one) || given.includes(one))
  const kept = typed.filter((word) => !isConsent(word))
  return [...kept, ...consentFlags(all), ...argv.slice(end)]
}
