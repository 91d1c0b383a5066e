import type { Decoded, EventRecord, Undecodable } from '../event/event.js'
import { allFields, type EventField, fieldsObject } from './event-fields.js'
import { countText } from './numbers.js'
import { jsonText } from './stats-json.js'
import type { TextStyle } from './style.js'
import { TailLines } from './tail-text.js'
import { clockAt } from './times.js'

export type TailFormat = 'text' | 'json' | 'ndjson'

interface Shown {
  readonly sources: readonly { readonly address: string }[]
  readonly items: AsyncIterable<readonly { readonly source: string; readonly decoded: Decoded }[]>
  readonly faults: readonly unknown[]
}

interface TailOutputOptions {
  fields: readonly EventField[] | undefined
  nowMs: number
  /** Whether it was interrupted. */
  signal: AbortSignal
  /** Told of what cannot be decoded. */
  note(text: string): void
}

/** So many undecodable records are named; there may be no end of them. */
const MOST_NAMED = 20

/** What goes to stdout, a piece for each batch that came. */
export async function* tailPieces(
  tail: Shown,
  format: TailFormat,
  style: TextStyle,
  options: TailOutputOptions,
): AsyncGenerator<string> {
  const { fields, note, signal } = options
  const bad = new NamedUndecodable(note)
  const isJson = format === 'json'
  const addresses = tail.sources.map(({ address }) => address)
  const lineOf = isJson || format === 'ndjson' ? jsonLine(fields) : textLine(tail, style, options)
  if (isJson) yield `{"schema":"evt.tail/1","sources":${jsonText(addresses)},"events":[`
  let between = isJson ? '\n' : ''
  for await (const items of tail.items) {
    let text = ''
    for (const { source, decoded } of items) {
      if (decoded.kind === 'undecodable') {
        bad.add(decoded.undecodable)
        continue
      }
      text += `${between}${lineOf(decoded.event, source)}${isJson ? '' : '\n'}`
      if (isJson) between = ',\n'
    }
    if (text !== '') yield text
  }
  if (isJson) {
    const end = { undecodable: bad.count, partial: tail.faults.length > 0 || signal.aborted }
    yield `${between === '\n' ? '' : '\n'}],${jsonText(end).slice(1)}\n`
  }
  bad.end()
}

function jsonLine(fields: readonly EventField[] = allFields) {
  return (event: EventRecord) => jsonText(fieldsObject(event, fields))
}

function textLine({ sources }: Shown, style: TextStyle, { fields, nowMs }: TailOutputOptions) {
  const today = clockAt(nowMs, style.timeZone)?.date ?? ''
  const lines = new TailLines(style, { withSource: sources.length > 1, fields, today })
  return (event: EventRecord, source: string) => lines.line(event, source)
}

/** Says what could not be decoded: the first ones by name, all of them as a number at the end. */
class NamedUndecodable {
  count = 0

  constructor(private readonly note: (text: string) => void) {}

  add({ position, detail }: Undecodable): void {
    this.count += 1
    const place = position.record === 0 ? position.path : `${position.path}:${position.record}`
    if (this.count <= MOST_NAMED) this.note(`undecodable  ${place} ${detail}`)
    if (this.count === MOST_NAMED) this.note('undecodable  from here on they are only counted')
  }

  end(): void {
    if (this.count <= 1) return
    this.note(`${countText(this.count)} records could not be decoded`)
  }
}
