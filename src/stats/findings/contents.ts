import { canonicalText, digest } from '../../event/canonical.js'
import { deliveryParts, mappedParts, ofDeliveries } from '../../event/delivery-parts.js'
import type { EventRecord } from '../../event/event.js'
import type { Mapping } from '../../event/mapping.js'
import type { Rereader } from '../reread.js'
import { goesByTime } from './alike.js'
import type { FindingsContext } from './context.js'
import { type AlikeClass, type Grounds, MAX_COMPARED } from './grounds.js'
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
  /** `size`: too much without being asked. `once`: standard input is gone. `many`: too many came
   * again. `close`: too many are too close together. */
  reason: 'size' | 'once' | 'many' | 'close'
}

/** As text: gzip counts as what it unpacks to. About three seconds. */
const MAX_TEXT_BYTES = 256 * 1024 * 1024
const MAX_ALIKE = 20_000

const noContents: Contents = {
  conflicts: [],
  publishedTwice: [],
  repeatsUnread: null,
  alikeUnread: null,
}

/** Whether contents are compared, and how many deliveries that are near in time may be. */
export function comparison(
  { content, signal }: FindingsContext,
  rereader: Rereader,
): { isCompared: boolean; mostNear: number } {
  if (content === false || signal.aborted) return { isCompared: false, mostNear: 0 }
  if (wholeArchive(content, rereader)) return { isCompared: true, mostNear: 0 }
  return { isCompared: true, mostNear: content === true ? MAX_COMPARED : MAX_ALIKE }
}

export async function compareContents(
  context: FindingsContext,
  grounds: Grounds,
  rereader: Rereader,
): Promise<Contents> {
  const { content, signal } = context
  if (content === false || signal.aborted) return noContents
  const { deliveries, repeated } = grounds
  const wanted = new Set(repeated.groups?.flat())
  const repeatsUnread = repeated.groups
    ? unread(content, rereader, wanted)
    : ({ deliveries: repeated.deliveries, storedBytes: 0, reason: 'many' } as const)
  if (repeatsUnread) wanted.clear()
  const alike = alikeClasses(context, grounds, rereader, wanted)
  const digests = new Map<number, Digests>()
  const isAlike = new Set(alike.classes.flatMap(({ rows }) => rows))
  await rereader.events(new Set([...wanted, ...isAlike]), (at, event) => {
    const which = { payload: wanted.has(at), content: isAlike.has(at) }
    digests.set(at, digestsOf(event, context.mapping, which))
  })
  const contentOf = (at: number) => digests.get(at)?.content ?? ''
  const retries = retriesIn(deliveries, alike.classes, contentOf)
  return {
    conflicts: repeatsUnread ? [] : conflictsOf(repeated.groups ?? [], digests),
    publishedTwice: retries.sort(([a = 0], [b = 0]) => a - b),
    repeatsUnread,
    alikeUnread: alike.unread,
  }
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
    ? canonicalText(payload, mappedParts(event, mapping, ['id', 'time', ...ofDeliveries]))
    : ''
  return {
    payload: which.payload ? digest(canonicalText(payload, deliveryParts(event, mapping))) : '',
    content: /^(null|\{\}|\[\]|)$/.test(text) ? '' : digest(text),
  }
}

function conflictsOf(
  repeated: readonly (readonly number[])[],
  digests: ReadonlyMap<number, Digests>,
): Contents['conflicts'] {
  const found: Contents['conflicts'] = []
  for (const deliveries of repeated) {
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
  { content }: FindingsContext,
  { deliveries, survey, inSequence, inTime }: Grounds,
  rereader: Rereader,
  wanted: ReadonlySet<number>,
): { classes: AlikeClass[]; unread: Unread | null } {
  const { storedBytes } = rereader.archiveBytes()
  const { classes, left } = inSequence
  if (left > 0) return { classes: [], unread: { deliveries: left, storedBytes, reason: 'close' } }
  const rows = classes.flatMap((alike) => alike.rows)
  const tooMuch = unread(content, rereader, new Set([...wanted, ...rows]))
  if (tooMuch && rows.length > 0) {
    return { classes: [], unread: { ...tooMuch, deliveries: rows.length } }
  }
  if (!goesByTime(deliveries, survey)) return { classes, unread: null }
  const everything = wholeArchive(content, rereader)
  if (everything) return { classes, unread: everything }
  const reason = content === true ? 'close' : 'size'
  return {
    classes: [...classes, ...inTime.classes],
    unread: inTime.left === 0 ? null : { deliveries: inTime.left, storedBytes, reason },
  }
}

/** Why these deliveries cannot or should not be read again; null where they are. */
function unread(
  content: boolean | 'auto',
  rereader: Rereader,
  rows: ReadonlySet<number>,
): Unread | null {
  const { textBytes, storedBytes } = rereader.wholeBytes(rows)
  return unreadFor(content, textBytes, { deliveries: rows.size, storedBytes })
}

/** The same for deliveries that may lie anywhere. */
function wholeArchive(content: boolean | 'auto', rereader: Rereader): Unread | null {
  const { textBytes, storedBytes } = rereader.archiveBytes()
  return unreadFor(content, textBytes, { deliveries: null, storedBytes })
}

function unreadFor(
  content: boolean | 'auto',
  textBytes: number,
  of: Omit<Unread, 'reason'>,
): Unread | null {
  if (!Number.isFinite(textBytes)) return { ...of, reason: 'once' }
  return content === true || textBytes <= MAX_TEXT_BYTES ? null : { ...of, reason: 'size' }
}
