/** Latencies as load tests have them, of known distributions, in the order of time. */
export interface Workload {
  readonly name: string
  /** One latency in ms. */
  draw(random: Random): number
  readonly hasBursts: boolean
}

/** Samples in a run of the campaign. */
export const SAMPLES = 20_000

const distributions = {
  'lognormal, sigma 0.6': (random: Random) => 20 * Math.exp(0.6 * random.normal()),
  'lognormal, sigma 1': (random: Random) => 20 * Math.exp(random.normal()),
  'bimodal, 3% slow': (random: Random) =>
    (random.uniform() < 0.03 ? 200 : 20) * Math.exp(0.3 * random.normal()),
  'Pareto, alpha 2.5': (random: Random) => 20 * (1 - random.uniform()) ** (-1 / 2.5),
}

export const workloads: readonly Workload[] = [false, true].flatMap((hasBursts) =>
  Object.entries(distributions).map(([name, draw]) => ({ name, draw, hasBursts })),
)

/** One burst begins in so many samples, and lasts for as many on average. */
const BURST_EVERY = 400
const BURST_LENGTH = 10

/** A run: with bursts, what comes in one is slower by one factor, of about 2. */
export function runOf({ draw, hasBursts }: Workload, random: Random): Float64Array {
  const run = new Float64Array(SAMPLES)
  let factor = 1
  for (let at = 0; at < SAMPLES; at++) {
    if (hasBursts) {
      if (factor === 1 && random.uniform() < 1 / BURST_EVERY) {
        factor = 2 * Math.exp(0.3 * random.normal())
      } else if (factor !== 1 && random.uniform() < 1 / BURST_LENGTH) factor = 1
    }
    run[at] = draw(random) * factor
  }
  return run
}

/** sfc32 (C. Doty-Humphrey, PractRand): fast, and the same everywhere. */
export class Random {
  private spare = Number.NaN
  private a: number
  private b = 0x9e3779b9
  private c = 0x243f6a88
  private d = 1

  constructor(seed: number) {
    this.a = seed | 0
    for (let i = 0; i < 15; i++) this.uniform()
  }

  /** In [0, 1). */
  uniform(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0
    this.d = (this.d + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (this.c << 21) | (this.c >>> 11)
    this.c = (this.c + t) | 0
    return (t >>> 0) / 2 ** 32
  }

  /** Box and Muller's, two at a time. */
  normal(): number {
    if (!Number.isNaN(this.spare)) {
      const kept = this.spare
      this.spare = Number.NaN
      return kept
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    const angle = 2 * Math.PI * this.uniform()
    this.spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}
