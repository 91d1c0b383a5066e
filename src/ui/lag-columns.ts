import type {
  FindingKind,
  QueueRow,
  RuleRow,
  ShardRow,
  StreamRow,
  TableRow,
  TopicRow,
} from '../lag/result.js'
import { countText, durationText, NONE } from './numbers.js'
import { safeText } from './safe-text.js'
import type { Column } from './table.js'

/** A column of the rows of one kind. */
export interface LagColumn<R> extends Column {
  readonly text: (row: R) => string
  /** The findings that a figure here shows. */
  readonly wrongBy?: readonly FindingKind[]
}

export const queueColumns: readonly LagColumn<QueueRow>[] = [
  name('queue'),
  { ...count('depth'), text: ({ depth }) => countText(depth) },
  {
    ...count('in flight'),
    text: ({ inFlight }) => countText(inFlight),
    wrongBy: ['inFlightLimit'],
    luxury: 3,
  },
  { ...count('delayed'), text: ({ delayed }) => countText(delayed), luxury: 1 },
  { ...figure('oldest'), text: ({ oldestAgeMs }) => durationText(oldestAgeMs), luxury: 4 },
  { ...figure('in/s'), text: ({ sentPerS }) => rateText(sentPerS) },
  {
    ...figure('out/s'),
    text: ({ deletedPerS }) => rateText(deletedPerS),
    wrongBy: ['notDeleted'],
  },
  {
    ...count('drains in'),
    text: drainText,
    wrongBy: ['growing', 'lossBeforeDrain'],
  },
  {
    ...figure('lost in'),
    text: ({ lossInMs }) => durationText(lossInMs),
    wrongBy: ['loss', 'lossBeforeDrain'],
  },
  {
    ...count('DLQ'),
    text: ({ deadLetters }) =>
      deadLetters === null ? 'none' : countText(deadLetters.depth ?? null),
    wrongBy: ['deadLetters'],
  },
  {
    title: 'received',
    align: 'left',
    text: ({ isReceived }) => (isReceived === null ? NONE : isReceived ? 'yes' : 'no'),
    wrongBy: ['notReceived'],
    luxury: 2,
  },
]

export const topicColumns: readonly LagColumn<TopicRow>[] = [
  name('topic'),
  { ...count('subscriptions'), text: ({ subscriptions }) => countText(subscriptions), luxury: 1 },
  { ...count('published'), text: ({ published }) => countText(published) },
  { ...count('delivered'), text: ({ delivered }) => countText(delivered) },
  { ...count('filtered out'), text: ({ filteredOut }) => countText(filteredOut) },
  { ...count('failed'), text: ({ failed }) => countText(failed), wrongBy: ['failed'] },
  { ...count('to DLQ'), text: ({ deadLettered }) => countText(deadLettered) },
]

export const ruleColumns: readonly LagColumn<RuleRow>[] = [
  { ...name('rule'), text: ({ bus, name: rule }) => safeText(`${bus}/${rule}`) },
  { ...count('matched'), text: ({ matched }) => countText(matched) },
  { ...count('invoked'), text: ({ invoked }) => countText(invoked) },
  { ...count('failed'), text: ({ failed }) => countText(failed), wrongBy: ['failed'] },
  { ...count('throttled'), text: ({ throttled }) => countText(throttled), wrongBy: ['throttled'] },
  { ...count('to DLQ'), text: ({ deadLettered: n }) => countText(n), wrongBy: ['deadLettered'] },
  { ...count('lost'), text: ({ lost }) => countText(lost), wrongBy: ['loss'] },
]

export const streamColumns: readonly LagColumn<StreamRow>[] = [
  name('stream'),
  { ...count('shards'), text: ({ shards }) => countText(shards), luxury: 2 },
  { ...figure('in/s'), text: ({ writtenPerS }) => rateText(writtenPerS) },
  {
    ...figure('read/s'),
    text: ({ readPerS }) => rateText(readPerS),
    wrongBy: ['notReceived'],
  },
  {
    ...figure('behind'),
    text: ({ behindMs }) => durationText(behindMs),
    wrongBy: ['growing'],
  },
  { ...figure('lost in'), text: ({ lossInMs }) => durationText(lossInMs), wrongBy: ['loss'] },
  {
    ...count('throttled'),
    text: ({ readsThrottled: reads, writesThrottled: writes }) =>
      countText(reads === null || writes === null ? null : reads + writes),
    wrongBy: ['throttled'],
    luxury: 1,
  },
  {
    title: 'consumers',
    align: 'left',
    text: consumersText,
    shrinkTo: 18,
    wrongBy: ['failed', 'disabled'],
  },
]

export const tableColumns: readonly LagColumn<TableRow>[] = [
  name('table'),
  { ...count('shards'), text: ({ shards }) => countText(shards) },
  { ...count('closed'), text: ({ closedShards }) => countText(closedShards), luxury: 1 },
  { ...figure('read/s'), text: ({ readPerS }) => rateText(readPerS) },
  {
    title: 'functions',
    align: 'left',
    text: consumersText,
    shrinkTo: 18,
    wrongBy: ['failed', 'disabled'],
  },
]

const shard: readonly LagColumn<ShardRow>[] = [
  { title: 'shard', align: 'left', shrinkTo: 18, text: ({ shard: id }) => safeText(id) },
  { title: 'open', align: 'left', text: ({ isOpen }) => (isOpen ? 'yes' : 'no') },
]
const lostIn: LagColumn<ShardRow> = {
  ...figure('lost in'),
  text: ({ lossInMs }) => durationText(lossInMs),
}

/** What is told of each shard: of who holds its lease, of what it holds, or of a recording. */
export function shardColumns(rows: readonly ShardRow[]): readonly LagColumn<ShardRow>[] {
  if (rows.some(({ owner }) => owner !== undefined)) {
    return [
      ...shard,
      { ...figure('behind'), text: ({ behindMs }) => durationText(behindMs) },
      lostIn,
      { title: 'worker', align: 'left', text: ({ owner }) => safeText(owner ?? 'none') },
    ]
  }
  if (rows.some(({ oldestAgeMs }) => oldestAgeMs !== undefined)) {
    return [
      ...shard,
      { ...figure('oldest'), text: ({ oldestAgeMs = null }) => durationText(oldestAgeMs) },
    ]
  }
  return [
    ...shard,
    { ...figure('not recorded'), text: ({ behindMs }) => durationText(behindMs) },
    lostIn,
  ]
}

/** Those with throughput of their own and functions of Lambda, and how far behind each is. */
function consumersText({
  consumers = [],
  functions,
}: Pick<StreamRow, 'functions'> & Partial<Pick<StreamRow, 'consumers'>>): string {
  const all = [...(consumers ?? []), ...(functions ?? [])]
  if (all.length === 0) return consumers === null || functions === null ? NONE : 'none'
  const texts = all.map(({ name: of, behindMs }) =>
    behindMs === null ? of : `${of} ${durationText(behindMs)}`,
  )
  return safeText(texts.join(', '))
}

function name(title: string) {
  return {
    title,
    align: 'left',
    shrinkTo: 18,
    text: ({ name: shown }: { name: string }) => safeText(shown),
  } as const
}

function count(title: string) {
  return { title, align: 'right' } as const
}

function figure(title: string) {
  return { title, align: 'point' } as const
}

/** By the second, three digits: `0.05`, `1,240`. */
function rateText(perS: number | null): string {
  return perS === null
    ? NONE
    : perS.toLocaleString('en-US', { maximumSignificantDigits: 3, useGrouping: true })
}

function drainText({ trend, drainMs }: QueueRow): string {
  if (trend === 'growing' || trend === 'steady') return 'never'
  return trend === 'empty' ? 'empty' : durationText(drainMs)
}
