import type { HiddenNames } from '../questions/hidden-names.js'
import type { FoundLoop } from './result.js'

/** A loop without names that were read from a hidden place. */
export function shownLoop(loop: FoundLoop, names: HiddenNames | undefined): FoundLoop {
  if (!names) return loop
  return {
    ...loop,
    entities: [...new Set(loop.entities.map((one) => names.entity(one)))],
    witnesses: loop.witnesses.map((id) => names.field('id', id)),
  }
}
