import { EvtError } from '../errors.js'
import type { TapOptions } from './tap.js'

/**
 * For sources that keep nothing: what came before is not there to begin with.
 *
 * @throws EvtError `usage` where nothing could be shown
 */
export function checkPresent(
  address: string,
  { follow, start, onNote }: Pick<TapOptions, 'follow' | 'start' | 'onNote'>,
): void {
  if (follow === false) {
    throw new EvtError(`${address} keeps nothing that could be shown without following it`, {
      code: 'usage',
      hint: 'leave --no-follow out',
    })
  }
  if (start !== undefined && start !== 'latest') {
    onNote(`${address} keeps nothing: what came before now is not shown`)
  }
}
