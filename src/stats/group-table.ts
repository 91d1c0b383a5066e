import type { EventRecord } from '../event/event.js'
import { orderOfVariant, variantOf } from '../event/mapping.js'
import type { Group } from './deliveries.js'
import { HashTable } from './hash-table.js'

const VARIANTS = 6

/** Numbers the groups of deliveries: by source and type, and by how their order is checked. */
export class GroupTable {
  private readonly table = new HashTable()
  private readonly numbers: number[] = []

  constructor(private readonly groups: Group[]) {}

  /** The group of an event that the decoder read, by DuckDB's hash of its source and type. An event
   * that is not checked has no sequence: of which kind does not matter. */
  numberOf(low: number, high: number, { order, sequencePer, source, type }: EventRecord): number {
    const variant = variantOf(order ?? 'integer', sequencePer)
    return this.numberOfRow(low, high, variant, () => ({ source, type }))
  }

  /** The group of a row that SQL read, by the hash and the variant of its order. */
  numberOfRow(
    low: number,
    high: number,
    variant: number,
    names: () => { source: string; type: string },
  ): number {
    const place = this.table.numberOf(low, high) * VARIANTS + variant
    const known = this.numbers[place]
    if (known !== undefined) return known
    this.groups.push({ ...names(), ...orderOfVariant(variant) })
    this.numbers[place] = this.groups.length - 1
    return this.groups.length - 1
  }
}
