import type { AwsService } from '../aws/address.js'
import type { ClockAhead } from '../aws/server-clock.js'
import type { Safety } from '../taps/tap.js'

/** `warning`: evt works, and something will be missing or not to be relied on. `wrong`: something
 * that evt needs, or was asked to use, does not work. */
export type Mark = 'ok' | 'warning' | 'wrong'

type CheckName =
  | ('node' | 'config' | 'cache' | 'temp' | 'duckdb')
  | ('region' | 'credentials' | 'clock' | 'cloudwatch' | AwsService)

/** One thing that was looked at. */
export interface Check {
  readonly about: CheckName
  readonly mark: Mark
  /** What was found, in words. */
  readonly explain: string
  /** What to do next, a line each; null where there is nothing to do. */
  readonly next: string | null
}

/** Of one service, what there is to tap. */
export interface Tappable {
  readonly service: AwsService
  /** What tapping it does to others. */
  readonly safety: Safety
  readonly count: number
  /** Whether there is more than was counted. */
  readonly isMore: boolean
  /** The first addresses. */
  readonly addresses: readonly string[]
}

/** What an account, as far as it was asked, has. */
export interface AccountReport {
  readonly checks: readonly Check[]
  readonly caller: {
    readonly arn: string
    readonly account: string
    readonly region: string
  } | null
  /** How far this machine's clock is ahead of AWS's. */
  readonly clockAheadMs: ClockAhead | null
  readonly tappable: readonly Tappable[]
}

/** `evt doctor`. */
export interface DoctorResult extends AccountReport {
  readonly schema: 'evt.doctor/1'
}
