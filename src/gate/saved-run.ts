import * as z from 'zod'
import { EvtError } from '../errors.js'
import type { Dependence } from './distribution.js'
import { bucketsOf, distributionOf, type GateRow, type Measured, percents } from './measured.js'
import { percentileNames } from './result.js'

const figure = z.number().nullable()
const count = z.int().min(0)

const latency = z.strictObject({
  count,
  ...(Object.fromEntries(
    (['min', 'mean', 'stddev', ...percentileNames, 'max'] as const).map((name) => [name, figure]),
  ) as Record<'min' | 'mean' | 'stddev' | (typeof percentileNames)[number] | 'max', typeof figure>),
  skewed: count,
  overflow: count,
  resolutionMs: figure,
  hdr: z.string().nullable(),
})

const row = z.strictObject({
  events: count,
  distinct: count.nullable(),
  duplicates: z.strictObject({
    count: count.nullable(),
    rate: figure,
    byCause: z.strictObject({ replay: count, redelivery: count, sameId: count }),
  }),
  ordering: z.strictObject({
    keys: count,
    checked: count,
    reordered: count,
    ratio: figure,
    maxExtent: figure,
    maxLateMs: figure,
  }),
  latencyMs: latency,
  /** How much the samples above a percentile depend on each other; null without windows. */
  dependence: z
    .record(
      z.enum(percentileNames),
      z.strictObject({
        designEffect: z.number().min(0),
        windows: z.number().min(0),
        perWindow: z.number().min(0),
      }),
    )
    .nullable(),
})

const RUN_SCHEMA = 'evt.run/1'
const text = z.string().nullable()

const run = z.strictObject({
  schema: z.literal(RUN_SCHEMA),
  evt: z.string(),
  savedAt: z.string(),
  commit: text,
  branch: text,
  sources: z.array(z.string()),
  selection: z.looseObject({ since: text, until: text }),
  span: z.strictObject({
    firstTime: text,
    lastTime: text,
    firstReceivedAt: text,
    lastReceivedAt: text,
  }),
  /** What the fields meant, one a line. */
  mapping: z.array(z.string()),
  /** Of the histograms. */
  precision: z.int(),
  unit: z.string(),
  read: z.strictObject({ records: count, undecodable: count }),
  total: row,
  types: z.array(row.extend({ type: z.string(), source: z.string() })),
  /** Where the run was in time: percentiles of all types together in each window. */
  windows: z.array(
    z.strictObject({ start: z.string(), samples: count, p50Ms: z.number(), p99Ms: z.number() }),
  ),
})

/** One run as a file of a baseline, `evt.run/1`. */
export type SavedRun = z.infer<typeof run>
export type SavedRow = z.infer<typeof row>

/** Whether a text is a saved run, of whichever version, or was to be one before it was cut. */
export function isSavedText(text: string): boolean {
  if (/^\s*\{\s*"schema":\s*"evt\.run\//.test(text)) return true
  try {
    const value: unknown = JSON.parse(text)
    const schema = typeof value === 'object' && value !== null ? Reflect.get(value, 'schema') : null
    return /^evt\.run\/\d+$/.test(String(schema))
  } catch {
    return false
  }
}

/**
 * Reads the text of a saved run.
 *
 * @param file its name in messages
 * @throws EvtError `usage` for what is none, or was written by a newer evt
 */
export function readSavedRun(text: string, file: string): SavedRun {
  const value = parsed(text, file)
  const schema = typeof value === 'object' && value !== null ? Reflect.get(value, 'schema') : null
  const [, version] = /^evt\.run\/(\d+)$/.exec(String(schema)) ?? []
  if (version !== undefined && Number(version) > 1) {
    throw new EvtError(`${file} was saved by a newer evt: its schema is ${schema}`, {
      code: 'usage',
      hint: `this evt reads ${RUN_SCHEMA}`,
    })
  }
  if (version === undefined) {
    throw new EvtError(`${file} is no saved run: it has no schema ${RUN_SCHEMA}`, { code: 'usage' })
  }
  const result = run.safeParse(value)
  if (!result.success) {
    const [issue] = result.error.issues
    const place = issue?.path.map(String).join('.') ?? ''
    throw corrupt(file, `${place === '' ? '' : `${place}: `}${issue?.message ?? 'unreadable'}`)
  }
  for (const { latencyMs } of [result.data.total, ...result.data.types]) {
    const { hdr, count: samples, overflow } = latencyMs
    const total = hdr === null ? 0 : samplesIn(hdr, file)
    if (total !== samples - overflow) {
      throw corrupt(file, `a histogram holds ${total} samples, not ${samples - overflow}`)
    }
  }
  return result.data
}

function samplesIn(hdr: string, file: string): number {
  try {
    return bucketsOf(hdr).total
  } catch (error) {
    if (!(error instanceof EvtError)) throw error
    throw corrupt(file, error.message)
  }
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw corrupt(file, 'it is not JSON')
  }
}

function corrupt(file: string, why: string): EvtError {
  return new EvtError(`${file} is corrupt: ${why}`, { code: 'usage' })
}

/** The text of the file: keys in one order, a line for each figure, so that two can be compared. */
export function savedRunText(saved: SavedRun): string {
  return `${JSON.stringify(saved, null, 1)}\n`
}

/** The rows that rules are judged on. */
export function measuredOfSaved({ total, types, read }: SavedRun): Measured {
  const { records, undecodable } = read
  const whole = gateRow(total)
  const figures = { ...whole.figures, undecodable: { count: undecodable, records } }
  return {
    total: { ...whole, figures },
    types: types.map(({ type, source, ...figures }) => ({ type, source, ...gateRow(figures) })),
  }
}

function gateRow({ dependence, ordering, ...figures }: SavedRow): GateRow {
  return {
    figures: { ...figures, ordering: { ...ordering, p99LateMs: null } },
    distribution: distributionOf(figures.latencyMs.hdr),
    dependence: dependence === null ? null : byPercent(dependence),
  }
}

function byPercent(saved: NonNullable<SavedRow['dependence']>): Map<number, Dependence> {
  return new Map(
    percents.flatMap((percent, n) => {
      const name = percentileNames[n]
      return name === undefined ? [] : [[percent, saved[name]] as const]
    }),
  )
}

/** The inverse of {@link measuredOfSaved}, for one row. */
export function savedRow({ figures, dependence }: GateRow): SavedRow {
  const { events, distinct, duplicates, ordering, latencyMs } = figures
  const { p99LateMs: _, ...ordered } = ordering
  return {
    ...{ events, distinct, duplicates, ordering: ordered, latencyMs },
    dependence: dependence === null ? null : savedDependence(dependence),
  }
}

function savedDependence(dependence: ReadonlyMap<number, Dependence>) {
  const none = { designEffect: 1, windows: 0, perWindow: 0 }
  const of = (n: number) => dependence.get(percents[n] ?? 0) ?? none
  return Object.fromEntries(percentileNames.map((name, n) => [name, of(n)])) as Record<
    (typeof percentileNames)[number],
    Dependence
  >
}
