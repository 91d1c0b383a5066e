import type { Mark } from '../../dashboards/cloudwatch/widget.js'
import type { ResultRows } from '../engines/engine.js'
import { compareText } from '../event/sequence.js'
import { safeText } from '../ui/safe-text.js'
import { memoryBytes } from './memory-size.js'
import { chosenOf } from './query-flags.js'
import { reading } from './read-request.js'
import type { TypedWatch } from './watch-run.js'

/** Each is on every graph. */
const MOST_REPLAYS = 10

interface Span {
  first: string
  last: string
}

/**
 * When the replays began and ended that came to an archive, the newest of them, by the clock of
 * who received. It is read once more for them.
 */
export async function replayMarks(typed: TypedWatch, sources: readonly string[]): Promise<Mark[]> {
  const { flags } = typed
  // What stdin held cannot be read again.
  if (sources.length === 0 || sources.includes('-')) return []
  // Who was asked for a SOURCE is not asked again.
  const given = typed.given.length > 0 ? typed.given : sources
  const spans = new Map<string, Span>()
  const { runQuery } = await import('../questions/run.js')
  await reading({ ...typed, given }, (request) =>
    runQuery(
      {
        ...{ ...request, wording: { name: 'replays/events' }, parameters: [], explain: false },
        ...{ chosen: chosenOf(flags), limit: null, allowPartial: true },
        memoryLimitBytes: memoryBytes(flags['memory-limit']),
      },
      (rows) => addSpans(rows, spans),
    ),
  )
  return [...spans]
    .sort(([a, one], [b, other]) => compareText(other.last, one.last) || compareText(a, b))
    .slice(0, MOST_REPLAYS)
    .flatMap(([name, { first, last }]) => {
      const label = `replay ${safeText(name)}`
      if (first === last) return [{ at: first, label }]
      return [
        { at: first, label: `${label} begins` },
        { at: last, label: `${label} ends` },
      ]
    })
}

async function addSpans({ columns, chunks }: ResultRows, spans: Map<string, Span>): Promise<void> {
  const names = ['replay', 'first_received_at', 'last_received_at']
  const at = names.map((name) => columns.findIndex((column) => column.name === name))
  for await (const chunk of chunks) {
    for (const row of chunk) {
      const [replay, first, last] = at.map((n) => row[n])
      // Nobody recorded when these came.
      if (typeof first !== 'string' || typeof last !== 'string') continue
      const name = String(replay)
      const known = spans.get(name) ?? { first, last }
      spans.set(name, {
        first: compareText(first, known.first) < 0 ? first : known.first,
        last: compareText(last, known.last) > 0 ? last : known.last,
      })
    }
  }
}
