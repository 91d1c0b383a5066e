import type { Offer } from '../archives/offers.js'
import { EvtError } from '../errors.js'

const MAX_OFFERED = 5

/** Nobody said what to read: something here may be it.
 *
 * @param lineWith what was typed, with a SOURCE */
export function noSource(
  offers: readonly Offer[],
  lineWith: (source: string) => string = (source) => source,
): EvtError {
  const lines = offers.slice(0, MAX_OFFERED).map(({ source }) => lineWith(source))
  const others = [
    'a SOURCE is a file, a folder, a glob in quotes, or - for standard input',
    'default: in evt.yaml names the one that is read when none is given',
  ]
  return new EvtError('no SOURCE given', { code: 'usage', hint: [...lines, ...others].join('\n') })
}

/** The SOURCEs are there and hold no file. */
export function noObjects(sources: readonly string[], pruned: number): EvtError {
  const [reason, hint] =
    pruned > 0
      ? [
          `${count(pruned, 'object')} in partitions outside --since and --until`,
          'without --since and --until all of it is read',
        ]
      : ['no files', 'names that begin with . or _ are not read, nor are truth.json and evt.yaml']
  const message = `no events in ${sources.join(' ')}: ${reason}`
  return new EvtError(message, { code: 'inconclusive', hint })
}

/** A number and its noun, as in `2 objects`. */
export function count(n: number, one: string): string {
  return `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}`
}
