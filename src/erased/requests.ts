import type { RegisterLine } from './register.js'

/** What somebody asked for, and when it has to be done. */
export interface DataRequest {
  readonly request: string
  readonly right: 'access' | 'portability' | 'erasure' | 'rectification'
  /** The plan of an erasure, else the bundle. */
  readonly file: string
  readonly receivedAt: string
  /** Art. 12(3): within one month of receipt. */
  readonly dueAt: string
  readonly doneAt: string | null
  /** `withdrawn`: it was none, or is none any more. */
  readonly state: 'open' | 'overdue' | 'done' | 'done late' | 'withdrawn'
  /** When it was withdrawn, and why. */
  readonly withdrawn?: { readonly at: string; readonly reason: string }
}

/** The requests of a register, those that are due first; those that are done or
 * withdrawn last. */
export function requestsIn(lines: readonly RegisterLine[], nowMs: number): DataRequest[] {
  const done = new Map(lines.flatMap((one) => (one.is === 'done' ? [[one.request, one.at]] : [])))
  const withdrawn = new Map(
    lines.flatMap((one) =>
      one.is === 'withdrawn' && one.request !== undefined
        ? [[one.request, { at: one.at, reason: one.reason }]]
        : [],
    ),
  )
  const found = lines.flatMap((one): DataRequest[] => {
    if (one.is !== 'asked') return []
    const { request, right, file, at: receivedAt } = one
    const dueAt = monthAfter(receivedAt)
    const doneAt = done.get(request) ?? null
    const isLate = Date.parse(dueAt) < (doneAt === null ? nowMs : Date.parse(doneAt))
    const gone = withdrawn.get(request)
    if (gone) {
      return [
        { request, right, file, receivedAt, dueAt, doneAt, state: 'withdrawn', withdrawn: gone },
      ]
    }
    const state = doneAt === null ? (isLate ? 'overdue' : 'open') : isLate ? 'done late' : 'done'
    return [{ request, right, file, receivedAt, dueAt, doneAt, state }]
  })
  const isOver = ({ doneAt, state }: DataRequest) => doneAt !== null || state === 'withdrawn'
  const order = (one: DataRequest) => `${isOver(one) ? 1 : 0} ${one.dueAt}`
  return found.sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

/** The same day of the next month, or its last, as Regulation 1182/71 counts. */
function monthAfter(time: string): string {
  const date = new Date(time)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + 1)
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, lastDay))
  return date.toISOString()
}
