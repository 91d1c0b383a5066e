import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'
import type { StateRule } from '../event/rule.js'
import { changesBetween } from './changes.js'
import type { Copy } from './copy.js'
import { isObject } from './merge-patch.js'
import type { Against, AuditEvent } from './result.js'
import { stateWith } from './state.js'

/** Compares a copy with the state after the last event, and with those after the others. */
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
  const against = (verdict: Against['verdict'], diff: Against['diff']) => {
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

function differences(state: JsonValue, copy: JsonValue): Against['diff'] {
  const changes = changesBetween(state, copy)
  if (changes.length === 0) return [{ path: '$', state, copy }]
  return changes.map(({ path, before, after }) => ({
    path,
    ...(before !== undefined && { state: before }),
    ...(after !== undefined && { copy: after }),
  }))
}
