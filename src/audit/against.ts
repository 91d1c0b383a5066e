import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'
import type { StateRule } from '../event/rule.js'
import { changesBetween } from './changes.js'
import type { Copy } from './copy.js'
import { isObject } from './merge-patch.js'
import type { AuditEvent } from './result.js'
import { stateWith } from './state.js'

/** What differs at one place: without `state` the copy alone has it, without `copy` it lacks it. */
export interface Difference {
  path: string
  state?: JsonValue
  copy?: JsonValue
}

/** A consumer's copy of an entity beside the state that its events lead to. */
export interface Against {
  /** Where it is, as it was typed. */
  copy: string
  /** - `equal`: it is the state; also where there is neither
   * - `behind`: it is the state after an earlier event
   * - `different`: it never was the state
   * - `missing`: there is a state, and no copy */
  verdict: 'equal' | 'behind' | 'different' | 'missing'
  /** Of a copy that is behind: the last event after which the state was like it, and how many
   * since then changed the state. */
  stoppedAt: Pick<AuditEvent, 'id' | 'type' | 'source' | 'time'> | null
  missed: number | null
  /** Field by field, of a copy that is behind or different. */
  diff: Difference[]
}

/** Compares a copy with the state after the last event, then with those after each of the others. */
export function comparedWith(
  copy: Copy,
  events: readonly AuditEvent[],
  ruleFor: (type: string) => StateRule,
): Against {
  let state: JsonValue = null
  let stopped: AuditEvent | null = null
  let missed = 0
  for (const event of events) {
    const before: JsonValue = state
    state = stateWith(before, event, ruleFor)
    if (isSame(before, state)) {
      if (missed === 0 && stopped !== null) stopped = event
    } else if (isSame(state, fittedTo(state, copy))) {
      stopped = event
      missed = 0
    } else {
      missed++
    }
  }
  const value = fittedTo(state, copy)
  const against = (verdict: Against['verdict'], diff: Difference[]) => {
    return { copy: copy.from, verdict, stoppedAt: null, missed: null, diff }
  }
  if (isSame(state, value)) return against('equal', [])
  if (value === null) return against('missing', [])
  const diff = differences(state, value)
  if (stopped === null) return against('different', diff)
  const { id, type, source, time } = stopped
  return { ...against('behind', diff), stoppedAt: { id, type, source, time }, missed }
}

/** A copy that is not the state is a fault that was asked about. */
export function unequal(entity: string, { copy, verdict, missed }: Against): EvtError | undefined {
  const changes = missed === 1 ? '1 change' : `${missed} changes`
  const faults = {
    equal: undefined,
    behind: `is ${changes} behind the state of ${entity}`,
    different: `is not the state of ${entity}`,
    missing: `has no ${entity}`,
  }
  const fault = faults[verdict]
  return fault === undefined ? fault : new EvtError(`${copy} ${fault}`, { code: 'gate' })
}

/** A copy without the fields by which it is found, as far as a state lacks them. */
function fittedTo(state: JsonValue, { value, keys }: Copy): JsonValue {
  if (!isObject(value)) return value
  const has = (key: string) => isObject(state) && Object.hasOwn(state, key)
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !keys.includes(key) || has(key)),
  )
}

/** No entity is not the same as one without fields. */
function isSame(a: JsonValue, b: JsonValue): boolean {
  return (a === null) === (b === null) && changesBetween(a, b).length === 0
}

function differences(state: JsonValue, copy: JsonValue): Difference[] {
  const changes = changesBetween(state, copy)
  if (changes.length === 0) return [{ path: '$', state, copy }]
  return changes.map(({ path, before, after }) => ({
    path,
    ...(before !== undefined && { state: before }),
    ...(after !== undefined && { copy: after }),
  }))
}
