import type { EventRecord } from '../../event/event.js'
import type { JsonPath } from '../../event/json-path.js'
import type { Mapping } from '../../event/mapping.js'
import type { MappedField } from '../../event/rule.js'
import type { Rereader } from '../reread.js'
import { type AlikeClass, alikeInSequence, alikeInTime, goesByTime } from './alike.js'
import { canonicalText, digest, type LeftOut, leftOutAt } from './canonical.js'
import type { FindingsContext } from './context.js'
import { retriesIn } from './retries.js'

/** What comparing contents showed. Nothing of a delivery's content was kept, so that all of it is
 * read again, where that is cheap or was asked for. */
export interface Contents {
  /** Deliveries of one identity: the first, and the first that says something else. */
  conflicts: [first: number, other: number][]
  /** Deliveries of one publication under several ids, in order of time. */
  publishedTwice: number[][]
  /** What was left unread; null where nothing was. */
  repeatsUnread: Unread | null
  alikeUnread: Unread | null
}

export interface Unread {
  /** Deliveries that would have to be compared; null where nobody knows. */
  deliveries: number | null
  /** What would have to be read, as stored. */
  storedBytes: number
  /** `size`: too much without being asked. `once`: standard input is gone. `memory`: the deliveries
   * did not fit. `close`: too many are too close together. */
  reason: 'size' | 'once' | 'memory' | 'close'
}

/** As text: gzip counts as what it unpacks to. About three seconds. */
const MAX_TEXT_BYTES = 256 * 1024 * 1024
const MAX_ALIKE = 20_000
const MAX_ALIKE_ASKED = 2_000_000

const noContents: Contents = {
  conflicts: [],
  publishedTwice: [],
  repeatsUnread: null,
  alikeUnread: null,
}

export async function compareContents(
  context: FindingsContext,
  rereader: Rereader,
): Promise<Contents> {
  const { deliveries, judged, measured, content, signal } = context
  if (content === false || signal.aborted) return noContents
  if (deliveries.count < measured.total.events) return unreadForMemory(context)
  const wanted = new Set<number>()
  const repeated = judged.repeats.flatMap((repeat) => repeat.deliveries)
  const repeatsUnread = unread(context, rereader, repeated)
  if (!repeatsUnread) for (const at of repeated) wanted.add(at)
  const alike = alikeClasses(context, rereader, wanted)
  const digests = new Map<number, Digests>()
  const isRepeated = new Set(repeatsUnread ? [] : repeated)
  const isAlike = new Set(alike.classes.flatMap(({ rows }) => rows))
  await rereader.events(new Set([...wanted, ...isAlike]), (at, event) => {
    const which = { payload: isRepeated.has(at), content: isAlike.has(at) }
    digests.set(at, digestsOf(event, context.mapping, which))
  })
  return {
    conflicts: repeatsUnread ? [] : conflictsOf(context, digests),
    publishedTwice: retriesIn(deliveries, alike.classes, (at) => digests.get(at)?.content ?? ''),
    repeatsUnread,
    alikeUnread: alike.unread,
  }
}

/** What differs between deliveries of one event, and is no part of what it says. */
export function deliveryParts(event: EventRecord, mapping: Mapping): LeftOut {
  return leftOutOf(event, mapping, ['receivedAt', 'attempt', 'replay'])
}

function leftOutOf(event: EventRecord, mapping: Mapping, names: readonly MappedField[]): LeftOut {
  const paths: JsonPath[] = []
  for (const rule of mapping.rules) {
    for (const name of names) {
      const path = rule.mapping.fields[name]
      if (path) paths.push(path)
    }
  }
  return leftOutAt(event.document, paths)
}

interface Digests {
  /** Of the payload; empty where it was not asked for. */
  payload: string
  /** Without id and time; empty also where nothing is left of it. */
  content: string
}

function digestsOf(
  event: EventRecord,
  mapping: Mapping,
  which: { payload: boolean; content: boolean },
): Digests {
  const { payload } = event
  const text = which.content
    ? canonicalText(
        payload,
        leftOutOf(event, mapping, ['id', 'time', 'receivedAt', 'attempt', 'replay']),
      )
    : ''
  return {
    payload: which.payload ? digest(canonicalText(payload, deliveryParts(event, mapping))) : '',
    content: /^(null|\{\}|\[\]|)$/.test(text) ? '' : digest(text),
  }
}

function conflictsOf({ judged }: FindingsContext, digests: ReadonlyMap<number, Digests>) {
  const found: Contents['conflicts'] = []
  for (const { deliveries } of judged.repeats) {
    const known = deliveries.filter((at) => digests.has(at))
    const [first] = known
    if (first === undefined) continue
    const said = digests.get(first)?.payload
    const other = known.find((at) => digests.get(at)?.payload !== said)
    if (other !== undefined) found.push([first, other])
  }
  return found
}

function alikeClasses(
  context: FindingsContext,
  rereader: Rereader,
  wanted: ReadonlySet<number>,
): { classes: AlikeClass[]; unread: Unread | null } {
  const { deliveries, judged, content } = context
  const options = { deliveries, ...judged }
  const classes = alikeInSequence(options)
  const rows = classes.flatMap((alike) => alike.rows)
  const tooMuch = unread(context, rereader, [...wanted, ...rows], rows.length)
  if (tooMuch && rows.length > 0) return { classes: [], unread: tooMuch }
  if (!goesByTime(deliveries)) return { classes, unread: null }
  const everything = wholeArchive(context, rereader)
  if (everything) return { classes, unread: everything }
  const inTime = alikeInTime(options, content === true ? MAX_ALIKE_ASKED : MAX_ALIKE)
  const { storedBytes } = rereader.archiveBytes()
  const left = inTime.left === 0 ? null : { deliveries: inTime.left, storedBytes }
  return {
    classes: [...classes, ...inTime.classes],
    unread: left && { ...left, reason: content === true ? 'close' : 'size' },
  }
}

/** Why these deliveries cannot or should not be read again; null where they are. */
function unread(
  { content }: FindingsContext,
  rereader: Rereader,
  rows: readonly number[],
  deliveries = rows.length,
): Unread | null {
  const { textBytes, storedBytes } = rereader.wholeBytes(rows)
  if (!Number.isFinite(textBytes)) return { deliveries, storedBytes, reason: 'once' }
  if (content === true || textBytes <= MAX_TEXT_BYTES) return null
  return { deliveries, storedBytes, reason: 'size' }
}

/** The same for deliveries that may lie anywhere. */
function wholeArchive({ content }: FindingsContext, rereader: Rereader): Unread | null {
  const { textBytes, storedBytes } = rereader.archiveBytes()
  if (!Number.isFinite(textBytes)) return { deliveries: null, storedBytes, reason: 'once' }
  if (content === true || textBytes <= MAX_TEXT_BYTES) return null
  return { deliveries: null, storedBytes, reason: 'size' }
}

function unreadForMemory({ measured, objects }: FindingsContext): Contents {
  const storedBytes = objects.reduce(
    (sum, each) => sum + (each.kind === 'file' ? each.sizeBytes : 0),
    0,
  )
  const { count } = measured.total.duplicates
  const repeats = { deliveries: count, storedBytes, reason: 'memory' } as const
  const alike = { deliveries: null, storedBytes, reason: 'memory' } as const
  return { ...noContents, repeatsUnread: count ? repeats : null, alikeUnread: alike }
}
