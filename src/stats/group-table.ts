import { isAmbiguousName } from '../engines/scalar-sql.js'
import type { EventRecord } from '../event/event.js'
import { orderOfVariant, variantOf } from '../event/mapping.js'
import type { Group } from './deliveries.js'
import { HashTable } from './hash-table.js'

const VARIANTS = 6

interface Names {
  source: string
  type: string
}

/** Numbers the groups of deliveries: by source and type, and by how their order is checked. */
export class GroupTable {
  private readonly table = new HashTable()
  private readonly numbers: number[] = []

  constructor(private readonly groups: Group[]) {}

  /** The group of an event that the decoder read, by DuckDB's hash of its source and type. An event
   * that is not checked has no sequence: of which kind does not matter. */
  numberOf(
    low: number,
    high: number,
    event: Pick<EventRecord, 'order' | 'sequencePer' | 'source' | 'type'>,
    label: string | null = null,
  ): number {
    const { order, sequencePer, source, type } = event
    const variant = variantOf(order ?? 'integer', sequencePer)
    if (label !== null) return this.labelled({ source, type, label }, variant)
    return this.numbered(low, high, variant, () => ({ source, type }))
  }

  private readonly labels = new Map<string, number>()

  private labelled(names: Names & { label: string }, variant: number): number {
    const { source, type, label } = names
    const name = JSON.stringify([variant, source, type, label])
    const known = this.labels.get(name)
    if (known !== undefined) return known
    const number = this.groups.push({ ...names, ...orderOfVariant(variant) }) - 1
    this.labels.set(name, number)
    return number
  }

  /** The group of a row that SQL read, by the hash and the variant of its order. Negative where SQL
   * may have read the names otherwise than the decoder: an object as its text, 1.0 as 1.0; and
   * where a group is new and nobody says its names. */
  numberOfRow(low: number, high: number, variant: number, names: (() => Names) | null): number {
    const group = this.numbered(low, high, variant, names)
    if (group < 0) return group
    this.doubtful[group] ??= ambiguous(this.groups[group])
    return this.doubtful[group] ? -1 : group
  }

  /** The group of a row whose names are the decoder's. */
  numberOfSure(low: number, high: number, variant: number, names: () => Names): number {
    return this.numbered(low, high, variant, names)
  }

  private readonly doubtful: boolean[] = []

  private numbered(
    low: number,
    high: number,
    variant: number,
    names: (() => Names) | null,
  ): number {
    const place = this.table.numberOf(low, high) * VARIANTS + variant
    const known = this.numbers[place]
    if (known !== undefined) return known
    if (!names) return -1
    const { source, type } = names()
    this.groups.push({ source, type, ...orderOfVariant(variant) })
    this.numbers[place] = this.groups.length - 1
    return this.groups.length - 1
  }
}

function ambiguous(group: Names | undefined): boolean {
  return group !== undefined && (isAmbiguousName(group.source) || isAmbiguousName(group.type))
}
