import { EvtError } from '../errors.js'
import type { LagResult } from './result.js'

/** Why a run does not end well although it has a result: not everything could be read. */
export function incomplete({ gaps }: Pick<LagResult, 'gaps'>): EvtError | undefined {
  const [first, ...others] = gaps
  if (first === undefined) return undefined
  const more = others.length === 0 ? '' : `, and ${others.length} more of that kind`
  return new EvtError(`${first.source}: ${first.explain}${more}: the result is partial`, {
    code: 'outside',
    hint: '--allow-partial takes what could be read',
  })
}
