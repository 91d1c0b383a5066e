import type { EventRecord } from '../event/event.js'
import { compareText } from '../event/sequence.js'
import type { Delivery } from './delivery.js'
import type { SpanFigures, StatsRow } from './figures.js'
import { GroupedMeter } from './grouped.js'
import { Judge } from './judge.js'
import type { Meter } from './meter.js'
import { Remembered } from './remembered.js'
import { RowMeter } from './row.js'
import { SpanMeter } from './span.js'

export interface StatsFigures {
  span: SpanFigures
  total: StatsRow
  /** By events descending, then type, then source in byte order. */
  types: (StatsRow & { type: string; source: string })[]
}

/** The row of what has none of its own, where their number is bounded. */
export const OTHERS = '(others)'

interface RowName {
  readonly type: string
  readonly source: string
}

const others: RowName = { type: OTHERS, source: '' }

type Rows = GroupedMeter<Delivery, StatsRow, RowMeter>

/**
 * Everything that `evt stats` counts, over deliveries in order of arrival. Identity and order state
 * run through all rows: an event counts in the row of its own type and source, or in the group that
 * `rowOf` names (a window, a source), but is compared with all that came before it.
 */
export class StatsMeter implements Meter<EventRecord, StatsFigures> {
  readonly mergeable = 'disjoint'
  private readonly judge = new Judge()
  private readonly span = new SpanMeter()
  private readonly types = new GroupedMeter<Delivery, Map<string, StatsRow>, Rows>(
    () => this.row.type,
    () => this.rowsBy(() => this.row.source),
  )
  private readonly groups: Rows | null
  private rows = 0
  /** That of the delivery that was observed last. */
  row: RowName = others
  /** All keys: rows that have forgotten some cannot tell what they shared. */
  private keys: Remembered | null = null

  /**
   * @param withHops whether the legs of the way are measured too; see {@link HopsMeter}
   * @param mostRows so many types and sources have rows of their own, those that came first; what
   * else comes counts in a row named {@link OTHERS}, and in its group as always
   */
  constructor(
    private readonly rowOf: ((event: EventRecord) => string) | null = null,
    private readonly withHops = false,
    private readonly mostRows = Number.POSITIVE_INFINITY,
  ) {
    this.groups = rowOf && this.rowsBy(({ event }) => rowOf(event))
  }

  /** Gives what the deliveries before it say of this one, valid until the next. */
  observe(event: EventRecord): Delivery {
    const delivery = this.judge.judge(event)
    this.row = this.rowOfType(event)
    this.span.observe(delivery)
    this.types.observe(delivery)
    this.groups?.observe(delivery)
    if (delivery.checked) this.keys?.add(delivery.keyHigh, delivery.keyLow)
    return delivery
  }

  /**
   * Makes memory bounded. Identities and keys that have not come since this was called last are
   * forgotten: what comes again after that is new. To be called before the first event, too.
   */
  forget(): void {
    this.keys ??= new Remembered()
    this.keys.forget()
    this.judge.forget()
    for (const sources of this.types.groups.values()) {
      for (const row of sources.groups.values()) row.forget()
    }
    for (const row of this.groups?.groups.values() ?? []) row.forget()
  }

  read(): StatsFigures {
    const total = new RowMeter(this.withHops)
    const types: StatsFigures['types'] = []
    for (const [type, sources] of this.types.groups) {
      for (const [source, row] of sources.groups) {
        total.merge(row)
        types.push({ type, source, ...row.read() })
      }
    }
    types.sort(
      (a, b) =>
        b.events - a.events || compareText(a.type, b.type) || compareText(a.source, b.source),
    )
    return { span: this.span.read(), total: this.withKeys(total.read()), types }
  }

  /** The rows that `rowOf` names, in no order; none where it was not given. */
  readGroups(): Map<string, StatsRow> {
    return this.groups?.read() ?? new Map()
  }

  /** Throws where the parts share an identity or a key. */
  merge(other: StatsMeter): void {
    this.judge.merge(other.judge)
    this.span.merge(other.span)
    this.types.merge(other.types)
    if (this.groups && other.groups) this.groups.merge(other.groups)
  }

  fresh(): StatsMeter {
    return new StatsMeter(this.rowOf, this.withHops, this.mostRows)
  }

  private rowOfType(event: RowName): RowName {
    if (this.mostRows === Number.POSITIVE_INFINITY) return event
    if (this.types.groups.get(event.type)?.groups.has(event.source)) return event
    if (this.rows >= this.mostRows) return others
    this.rows += 1
    return event
  }

  private withKeys(total: StatsRow): StatsRow {
    const { keys } = this
    return keys ? { ...total, ordering: { ...total.ordering, keys: keys.count } } : total
  }

  private rowsBy(rowOf: (delivery: Delivery) => string): Rows {
    return new GroupedMeter(rowOf, () => new RowMeter(this.withHops))
  }
}
