import type { JsonValue } from '../../src/event/event.js'
import { FULL_WIDTH, type Widget } from './widget.js'

/** A dashboard of CloudWatch. */
export interface Page {
  /** Letters, digits, - and _. */
  readonly name: string
  readonly body: Body
}

/** The body of PutDashboard. */
export interface Body {
  readonly start: string
  readonly periodOverride: 'inherit'
  readonly variables?: Variable[]
  readonly widgets: Placed[]
}

type Placed = {
  readonly type: Widget['type']
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly properties: Record<string, JsonValue>
}

export type Variable = {
  readonly type: 'pattern' | 'property'
  readonly inputType: 'select'
  readonly id: string
  readonly label: string
  readonly visible: true
  readonly values: { readonly value: string; readonly label: string }[]
  readonly defaultValue: string
  readonly pattern?: string
  readonly property?: string
}

export interface Draft {
  readonly name: string
  /** Stands at the top of each page that this becomes. */
  readonly head: Widget
  readonly widgets: readonly Widget[]
  readonly variables?: readonly Variable[] | undefined
}

export const MOST_WIDGETS = 500
export const MOST_METRICS = 2_500

/** What a page shows at first. */
export const SHOWN_HOURS = 6

/** A draft as one page, or several where CloudWatch's limits ask for it: `shop`, `shop-2`… */
export function pagesOf({ name, head, widgets, variables = [] }: Draft): Page[] {
  const groups: Widget[][] = [[]]
  let metrics = 0
  for (const widget of widgets) {
    const last = groups.at(-1) ?? []
    const isFull = last.length + 2 > MOST_WIDGETS || metrics + widget.metrics > MOST_METRICS
    if (isFull && last.length > 0) {
      groups.push([widget])
      metrics = widget.metrics
    } else {
      last.push(widget)
      metrics += widget.metrics
    }
  }
  return groups.map((group, n) => ({
    name: n === 0 ? name : `${name}-${n + 1}`,
    body: {
      ...{ start: `-PT${SHOWN_HOURS}H`, periodOverride: 'inherit' },
      ...(variables.length > 0 ? { variables: [...variables] } : {}),
      widgets: placed([head, ...group]),
    },
  }))
}

/** From left to right, a row as high as the highest in it. */
function placed(widgets: readonly Widget[]): Placed[] {
  let [x, y, rowHeight] = [0, 0, 0]
  return widgets.map(({ type, width, height, properties }) => {
    if (x + width > FULL_WIDTH) {
      y += rowHeight
      x = 0
      rowHeight = 0
    }
    const at = { type, x, y, width, height, properties }
    x += width
    rowHeight = Math.max(rowHeight, height)
    return at
  })
}

/** A name that a dashboard can have, of a text; the same for the same text. */
export function pageName(...words: readonly string[]): string {
  const name = words.join('-').replace(/[^A-Za-z0-9_-]+/g, '-')
  return name.slice(0, 200)
}
