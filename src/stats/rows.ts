import type { Deliveries, Group } from './deliveries.js'

/** Which row of the result each delivery counts in. */
export interface Rows<Name> {
  names: Name[]
  /** Negative: in none. */
  rowOf(at: number): number
}

export interface TypeName {
  source: string
  type: string
}

/** Rows that a delivery's group alone tells. */
export interface GroupRows extends Rows<TypeName> {
  rowOfGroup(group: number): number
}

export function rowsByType(deliveries: Deliveries): GroupRows {
  return byName(deliveries, ({ source, type }) => ({ source, type }))
}

/** The type of a row that holds all types of a source is `*`. */
export function rowsBySource(deliveries: Deliveries): GroupRows {
  return byName(deliveries, ({ source }) => ({ source, type: '*' }))
}

/** The type of a row is the label of what is in it, or empty. */
export function rowsByLabel(deliveries: Deliveries): GroupRows {
  return byName(deliveries, ({ label = '' }) => ({ source: '', type: label }))
}

/** Tumbling windows of UTC, by `receivedAt`, else `time`. What has neither is in none. */
export function rowsByWindow(deliveries: Deliveries, windowUs: number): Rows<{ startUs: number }> {
  const { count, receivedUs, timesUs } = deliveries
  const numbers = new Int32Array(count)
  const known = new Map<number, number>()
  for (let at = 0; at < count; at++) {
    const receivedAtUs = receivedUs[at] as number
    const us = Number.isNaN(receivedAtUs) ? (timesUs[at] as number) : receivedAtUs
    if (Number.isNaN(us)) {
      numbers[at] = -1
      continue
    }
    const startUs = Math.floor(us / windowUs) * windowUs
    const number = known.get(startUs) ?? known.size
    known.set(startUs, number)
    numbers[at] = number
  }
  return {
    names: [...known.keys()].map((startUs) => ({ startUs })),
    rowOf: (at) => numbers[at] as number,
  }
}

function byName({ groups, groupOf }: Deliveries, nameOf: (group: Group) => TypeName): GroupRows {
  const known = new Map<string, number>()
  const names: TypeName[] = []
  const rows = groups.map((group) => {
    const name = nameOf(group)
    const text = JSON.stringify([name.source, name.type])
    const row = known.get(text) ?? names.push(name) - 1
    known.set(text, row)
    return row
  })
  const numbers = Uint32Array.from(rows)
  const rowOfGroup = (group: number) => numbers[group] as number
  return { names, rowOfGroup, rowOf: (at) => rowOfGroup(groupOf[at] as number) }
}
