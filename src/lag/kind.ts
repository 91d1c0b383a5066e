import type { ResourceAddress } from '../aws/address.js'
import type { Metric, MetricPoint } from '../aws/cloudwatch.js'
import type { AwsOptions } from '../aws/options.js'
import type { SourcePlace } from '../record/last-part.js'
import type { LagFinding, LagRow } from './result.js'

/** A kind of SOURCE whose state can be asked without touching a message. */
export interface LagKind {
  readonly iamActions: readonly string[]
  /**
   * Asks once.
   *
   * @throws EvtError where the resource is not there, or not to be asked
   */
  measure(address: ResourceAddress, asking: Asking): Promise<Measured>
}

export interface Measured {
  readonly row: LagRow
  readonly findings: readonly Omit<LagFinding, 'source'>[]
}

/** How a kind asks. */
export interface Asking {
  /** As it was typed. */
  readonly source: string
  readonly aws: AwsOptions & { readonly signal: AbortSignal }
  readonly nowMs: number
  /** How far a recording is in each SOURCE, where one is named. */
  readonly recorded?: ReadonlyMap<string, SourcePlace> | undefined
  /** The application of KCL whose place in each shard is asked for. */
  readonly application?: string | undefined
  /** Whether each shard is asked what it holds. */
  readonly shards?: boolean | undefined
  /** Where the figures of CloudWatch begin. */
  readonly fromMs: number
  /** By the minute, those of the last quarter of an hour; none of a metric without figures, and of
   * all where CloudWatch cannot be asked, which is a gap. */
  points(metrics: readonly Metric[]): Promise<readonly MetricPoint[][]>
  /** Takes note of what could not be read. */
  gap(explain: string): void
}
