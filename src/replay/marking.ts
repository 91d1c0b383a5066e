import { memberText, withMember } from '../event/json-members.js'
import type { MarkPlace } from '../sinks/sink.js'
import type { ReplayBody } from './statement.js'

/** The name that EventBridge gives its replays, by which evt finds its own too. */
const MARK = 'replay-name'

/** How what is sent shows that it is a replay. */
export interface Marking {
  /** Of the replay; null: it shows nothing. */
  readonly name: string | null
  readonly place: MarkPlace
  readonly body: ReplayBody
}

interface Marked {
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  readonly isMarked: boolean
}

const none = {}

/** @param layer the innermost wrapping of the document */
export function marked(body: string, layer: string | null, marking: Marking): Marked {
  const { name, place } = marking
  const unmarked = { body, attributes: none, isMarked: false }
  if (name === null) return unmarked
  if (place === 'attribute') return { body, attributes: { [MARK]: name }, isMarked: true }
  const value = JSON.stringify(name)
  const isOfBus = layer === 'eventbridge' && marking.body === 'document'
  if (place === 'detail' && body.startsWith('{')) {
    const within = isOfBus ? inDetail(body, value) : withMember(body, MARK, value)
    return { ...unmarked, body: within, isMarked: true }
  }
  if (place !== 'document' || !isOfBus) return unmarked
  return { ...unmarked, body: withMember(body, MARK, value), isMarked: true }
}

/** A bus sets all that stands beside the detail itself. */
function inDetail(document: string, value: string): string {
  const detail = memberText(document, 'detail') ?? '{}'
  return withMember(document, 'detail', withMember(detail, MARK, value))
}
