/** A source whose items are merged with those of others. */
interface Lane<T> {
  readonly batches: AsyncIterator<readonly T[]>
  batch: readonly T[]
  at: number
  isAsked: boolean
  askedMs: number
  isEnded: boolean
  /** Nothing of what it gave last had a time: there is nothing to wait for. */
  isTimeless: boolean
}

export interface MergeOptions<T> {
  /** What is merged by; null comes at once. */
  clockUs(item: T): number | null
  /** So long a source that has nothing holds up the others. */
  patienceMs: number
}

const MOST_AT_ONCE = 1_000

/**
 * Merges what several sources give, each in its own order, by time: of what there is, the earliest
 * comes first. One that is silent is not waited for longer than `patienceMs`, so what it says later
 * comes later; one whose items have no time is not waited for at all. Of each source one batch is
 * held. What goes wrong in one is thrown when all that is held has been given.
 */
export async function* merged<T>(
  sources: readonly AsyncIterable<readonly T[]>[],
  { clockUs, patienceMs }: MergeOptions<T>,
): AsyncGenerator<T[]> {
  const lanes = sources.map(laneOf)
  let failure: { error: unknown } | undefined
  let rouse = () => {}
  const ask = (lane: Lane<T>) => {
    lane.isAsked = true
    lane.askedMs = performance.now()
    lane.batches.next().then(
      ({ done, value }) => {
        lane.isAsked = false
        lane.isEnded = done === true
        lane.batch = done ? [] : value
        lane.isTimeless = !lane.batch.some((item) => clockUs(item) !== null)
        lane.at = 0
        rouse()
      },
      (error) => {
        failure ??= { error }
        rouse()
      },
    )
  }
  for (;;) {
    const full = lanes.filter(hasItem)
    if (failure) {
      if (full.length === 0) throw failure.error
      yield earliest(full, clockUs)
      continue
    }
    for (const lane of lanes) if (isEmpty(lane) && !lane.isAsked && !lane.isEnded) ask(lane)
    const asked = lanes.filter(({ isAsked }) => isAsked)
    if (asked.length === 0 && full.length === 0) return
    const silent = asked.filter(({ isTimeless }) => !isTimeless)
    const leftMs = Math.max(
      ...silent.map(({ askedMs }) => askedMs + patienceMs - performance.now()),
    )
    if (full.length > 0 && (silent.length === 0 || leftMs <= 0)) {
      yield earliest(full, clockUs)
      continue
    }
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      rouse = resolve
      if (full.length > 0) timer = setTimeout(resolve, leftMs)
    })
    clearTimeout(timer)
  }
}

function laneOf<T>(source: AsyncIterable<readonly T[]>): Lane<T> {
  const batches = source[Symbol.asyncIterator]()
  return { batches, batch: [], at: 0, isAsked: false, askedMs: 0, ...ofNow }
}

const ofNow = { isEnded: false, isTimeless: false }
const isEmpty = ({ batch, at }: Lane<unknown>) => at >= batch.length
const hasItem = (lane: Lane<unknown>) => !isEmpty(lane)

/** Items in their order, until one of the sources has none left. */
function earliest<T>(full: readonly Lane<T>[], clockUs: (item: T) => number | null): T[] {
  const found: T[] = []
  const timeOf = (lane: Lane<T>) => clockUs(lane.batch[lane.at] as T) ?? Number.NEGATIVE_INFINITY
  while (full.every(hasItem) && found.length < MOST_AT_ONCE) {
    const next = full.reduce((best, lane) => (timeOf(lane) < timeOf(best) ? lane : best))
    found.push(next.batch[next.at++] as T)
  }
  return found
}
