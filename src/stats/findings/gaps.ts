/** A run of empty slots between others that are not. */
export interface Gap {
  first: number
  /** The first slot behind it. */
  end: number
  /** How many events would be usual in it. */
  expected: number
}

/** Arrivals are taken for a Poisson process: where 20 are expected, none come once in 5·10⁸. */
export const LEAST_EXPECTED = 20
/** A slot beside the gap that has less than that part of the median is the quiet end of a day. */
const LEAST_OF_MEDIAN = 0.25

/**
 * Runs of slots without any events where there should be some: as many as beside the gap on the
 * side that has fewer. Where the same slot of another period (the hour on another day) is empty
 * too, or, for a gap longer than a period, another gap is about as long, it is a habit.
 */
export function gapsIn(counts: ArrayLike<number>, period: number): Gap[] {
  const full = Array.from(counts).filter((count) => count > 0)
  const median = Float64Array.from(full).sort()[full.length >> 1] ?? 0
  const least = Math.max(LEAST_EXPECTED, median * LEAST_OF_MEDIAN)
  const runs = emptyRuns(counts)
  return runs
    .map(({ first, end }) => {
      const usual = Math.min(counts[first - 1] ?? 0, counts[end] ?? 0)
      return { first, end, usual, expected: usual * (end - first) }
    })
    .filter((run) => run.usual >= least)
    .filter((run) => !runs.some((other) => isHabit(run, other, period)))
    .map(({ first, end, expected }) => ({ first, end, expected }))
}

interface Run {
  first: number
  end: number
}

/** Runs of empty slots between others, in order. */
function emptyRuns(counts: ArrayLike<number>): Run[] {
  const runs: Run[] = []
  let last = -1
  for (let slot = 0; slot < counts.length; slot++) {
    if (counts[slot] === 0) continue
    if (last >= 0 && slot - last > 1) runs.push({ first: last + 1, end: slot })
    last = slot
  }
  return runs
}

/** Whether the other run makes this one look usual. */
function isHabit(run: Run, other: Run, period: number): boolean {
  if (run.first === other.first) return false
  const length = run.end - run.first
  const otherLength = other.end - other.first
  if (length >= period) return otherLength * 2 >= length
  if (otherLength >= period) return true
  const shift = (((other.first - run.first) % period) + period) % period
  return shift < length || shift + otherLength > period
}
