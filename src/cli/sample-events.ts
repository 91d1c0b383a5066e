import { EvtError } from '../errors.js'
import type { JsonObject, JsonValue } from '../event/event.js'
import { readJson } from '../event/json.js'
import { contentOf } from './topology-match-run.js'

/** More are followed by nobody. */
const MOST_EVENTS = 10_000

/**
 * Sample events: JSON that begins with `{`, or files of one event, of a list, or of one a line.
 *
 * @throws EvtError `usage` for what is no event, `inconclusive` where there is none
 */
export async function sampleEvents(given: readonly string[]): Promise<JsonObject[]> {
  const events: JsonObject[] = []
  for (const one of given) {
    const isText = /^\s*\{/.test(one)
    const name = isText ? '--event' : one === '-' ? 'standard input' : one
    const written = (isText ? one : await contentOf(one)).replace(/^\ufeff/, '')
    events.push(...eventsIn(written, name))
  }
  if (events.length === 0) {
    throw new EvtError(`there is no event in ${given.join(' ')}`, { code: 'inconclusive' })
  }
  if (events.length > MOST_EVENTS) {
    const most = MOST_EVENTS.toLocaleString('en')
    throw new EvtError(`more than ${most} sample events`, {
      code: 'usage',
      hint: 'one of each kind is enough',
    })
  }
  return events
}

function eventsIn(written: string, name: string): JsonObject[] {
  const whole = readJson(written)
  if (whole.ok) {
    return Array.isArray(whole.value)
      ? whole.value.map((value, n) => eventOf(value, `entry ${n + 1} of ${name}`))
      : [eventOf(whole.value, name)]
  }
  return written.split('\n').flatMap((line, n) => {
    if (line.trim() === '') return []
    const reading = readJson(line)
    const where = `line ${n + 1} of ${name}`
    if (reading.ok) return [eventOf(reading.value, where)]
    throw new EvtError(`${where} ${reading.detail}`, { code: 'usage', hint })
  })
}

const hint = 'give events as JSON: a file with one, a list or one a line, or the text itself'

function eventOf(value: JsonValue, where: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new EvtError(`${where} is no event: it is no object of JSON`, { code: 'usage', hint })
}
