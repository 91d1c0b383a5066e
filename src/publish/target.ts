import type { WindowDatums } from './datums.js'

/** What is sent by one call. */
interface Batch {
  /** Windows, by their start in ms, whose first figures are in it. */
  readonly begins: readonly number[]
  /** Whose last figures are. */
  readonly ends: readonly number[]
  /**
   * @param patience aborts the wait for somebody who is busy, and no call
   * @returns whether nothing of it was surely taken, with why; undefined: it was taken
   * @throws EvtError where nobody knows
   */
  send(patience: AbortSignal): Promise<{ refused: unknown } | undefined>
}

/** Who is told figures of windows. */
export interface Target {
  readonly kind: 'cloudwatch' | 'otlp'
  /** For people: where that is, in the namespace. */
  readonly region: string | null
  /** Without what may be a secret. */
  readonly url: string | null
  /** In their order; whole windows as far as they fit. */
  batches(windows: readonly WindowDatums[]): Batch[]
  close(): void
}
