import type { EventRecord } from '../event/event.js'
import type { Mapping } from '../event/mapping.js'
import type { Group } from './deliveries.js'
import { HashTable } from './hash-table.js'

const variants = ['integer', 'text', 'time'] as const

/** Numbers the groups of deliveries: by source and type, and by how their order is checked. */
export class GroupTable {
  private readonly table = new HashTable()
  private readonly numbers: number[] = []

  constructor(
    private readonly groups: Group[],
    private readonly mapping: Mapping,
  ) {}

  /** The group of an event that the decoder read, by DuckDB's hash of its source and type. */
  numberOf(low: number, high: number, event: EventRecord): number {
    const { source, type, sequencePer } = event
    // An event that is not checked has no sequence: of which kind does not matter.
    const order = event.order ?? 'integer'
    return this.lookUp(low, high, { source, type, order, perSource: sequencePer !== 'key' })
  }

  /** The group of a row that SQL read: its order is what the mapping says of its type. */
  numberOfRow(low: number, high: number, names: () => { source: string; type: string }): number {
    const number = this.table.numberOf(low, high)
    const known = this.numbers[number]
    if (known !== undefined) return known
    const { source, type } = names()
    const { sequencePer } = this.mapping.mappingFor(type)
    const group = { source, type, order: this.orderOf(type), perSource: sequencePer !== 'key' }
    const found = this.lookUp(low, high, group)
    this.numbers[number] = found
    return found
  }

  private orderOf(type: string): Group['order'] {
    const { fields, sequenceType } = this.mapping.mappingFor(type)
    return fields.sequence ? sequenceType : 'time'
  }

  private readonly byVariant = new Map<string, number>()

  private lookUp(low: number, high: number, group: Group): number {
    const variant = variants.indexOf(group.order) * 2 + Number(group.perSource)
    const name = `${low},${high},${variant}`
    const known = this.byVariant.get(name)
    if (known !== undefined) return known
    this.groups.push(group)
    this.byVariant.set(name, this.groups.length - 1)
    return this.groups.length - 1
  }
}
