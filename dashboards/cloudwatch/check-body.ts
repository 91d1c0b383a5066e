import * as z from 'zod'
import type { Body } from './page.js'
import { MOST_METRICS, MOST_WIDGETS } from './page.js'

/* The structure of a body as CloudWatch publishes it ("Dashboard Body Structure and Syntax"), as
 * far as evt writes it. Unknown keys are errors: what is misspelt would be ignored there. */

const text = z.string().min(1)
const place = {
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  width: z.int().min(1).max(24),
  height: z.int().min(1).max(1_000),
}
const period = z.int().min(1)
const color = z.string().regex(/^#[0-9a-f]{6}$/i)

const horizontal = z.strictObject({
  value: z.number(),
  label: z.string(),
  color: color.optional(),
  fill: z.enum(['above', 'below', 'none']).optional(),
})
const vertical = z.strictObject({ value: z.iso.datetime({ offset: true }), label: z.string() })

const render = z.strictObject({
  stat: text.optional(),
  label: z.string().optional(),
  id: z
    .string()
    .regex(/^[a-z]\w{0,254}$/)
    .optional(),
  visible: z.boolean().optional(),
  period: period.optional(),
  color: color.optional(),
})
const expression = z.strictObject({
  expression: z.string().min(1).max(2_048),
  label: z.string(),
  id: z.string().regex(/^[a-z]\w{0,254}$/),
  visible: z.boolean().optional(),
})

/** `[namespace, name, dimension, value, …, {…}]`: pairs, at most 30 of them. */
const metric = z.array(z.union([text, render])).superRefine((parts, context) => {
  const texts = parts.filter((part) => typeof part === 'string')
  const isLast = typeof parts.at(-1) === 'object' && texts.length === parts.length - 1
  if (isLast && texts.length >= 2 && texts.length % 2 === 0 && texts.length <= 62) return
  context.addIssue({ code: 'custom', message: 'is no metric' })
})

const axis = z.strictObject({
  label: z.string().optional(),
  showUnits: z.boolean().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
})

const metricProperties = z.strictObject({
  title: text.max(2_048),
  region: text,
  view: z.enum(['timeSeries', 'singleValue', 'gauge', 'bar', 'pie', 'table']),
  stacked: z.boolean(),
  period: period.refine((seconds) => seconds % 60 === 0 || [1, 5, 10, 30].includes(seconds)),
  metrics: z
    .array(z.union([z.tuple([expression]), metric]))
    .min(1)
    .max(500),
  yAxis: z.strictObject({ left: axis.optional(), right: axis.optional() }),
  annotations: z
    .strictObject({
      horizontal: z.array(horizontal).min(1).optional(),
      vertical: z.array(vertical).min(1).optional(),
    })
    .optional(),
  legend: z.strictObject({ position: z.enum(['right', 'bottom', 'hidden']) }),
})

const widget = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('metric'), ...place, properties: metricProperties }),
  z.strictObject({
    ...{ type: z.literal('text'), ...place },
    properties: z.strictObject({ markdown: text }),
  }),
])

const variable = z.strictObject({
  type: z.enum(['property', 'pattern']),
  inputType: z.enum(['input', 'select', 'radio']),
  id: z.string().min(1).max(32),
  label: z.string(),
  visible: z.boolean(),
  values: z
    .array(z.strictObject({ value: text, label: z.string() }))
    .min(1)
    .max(500),
  defaultValue: text,
  pattern: text.optional(),
  property: text.optional(),
})

const body = z.strictObject({
  start: z.string().regex(/^-P(\d+[WD]|T\d+[HM])$/),
  periodOverride: z.enum(['auto', 'inherit']),
  variables: z.array(variable).max(25).optional(),
  widgets: z.array(widget).max(MOST_WIDGETS),
})

/** What CloudWatch would refuse or not show of a body; empty for one that is right. */
export function bodyFaults(value: unknown): string[] {
  const read = body.safeParse(value)
  if (!read.success) {
    return read.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
  }
  return [...metricFaults(read.data), ...placeFaults(read.data)]
}

type Read = z.infer<typeof body>

function metricFaults({ widgets }: Read): string[] {
  const counts = widgets.map((one) => (one.type === 'metric' ? one.properties.metrics.length : 0))
  const all = counts.reduce((sum, count) => sum + count, 0)
  const many = all > MOST_METRICS ? [`${all} metrics, of ${MOST_METRICS} at most`] : []
  const twice = widgets.flatMap((one, n) => {
    if (one.type !== 'metric') return []
    const ids = one.properties.metrics.flatMap((entry) => {
      const last = entry.at(-1)
      return typeof last === 'object' && last.id !== undefined ? [last.id] : []
    })
    return new Set(ids).size < ids.length ? [`widgets.${n}: an id is there twice`] : []
  })
  return [...many, ...twice]
}

/** Widgets over the edge, and over each other. */
function placeFaults({ widgets }: Pick<Body | Read, 'widgets'>): string[] {
  const wide = widgets.flatMap(({ x, width }, n) =>
    x + width > 24 ? [`widgets.${n} ends behind column 24`] : [],
  )
  const taken = new Map<string, number>()
  const over = new Set<string>()
  for (const [n, { x, y, width, height }] of widgets.entries()) {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) {
        const cell = `${row} ${column}`
        const other = taken.get(cell)
        if (other !== undefined) over.add(`widgets.${other} and widgets.${n} overlap`)
        taken.set(cell, n)
      }
    }
  }
  return [...wide, ...over]
}
