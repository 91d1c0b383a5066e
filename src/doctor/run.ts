import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { accountReport, nothing } from './account.js'
import { type LocalPlace, localChecks } from './local.js'
import type { DoctorResult } from './result.js'

export interface DoctorRequest extends LocalPlace {
  readonly aws: AwsOptions
  /** AWS is not asked. */
  readonly offline: boolean
  readonly signal: AbortSignal
  readonly nowMs: number
  /** How long one call may take. */
  readonly callMs: number
}

/** Looks at this machine and at what AWS lets it see, both at once. What does not work is found,
 * and no failure. */
export async function runDoctor(request: DoctorRequest): Promise<DoctorResult> {
  const [local, { checks, ...account }] = await Promise.all([
    localChecks(request),
    request.offline ? nothing : accountReport(request.aws, request),
  ])
  return { schema: 'evt.doctor/1', checks: [...local, ...checks], ...account }
}

/** Why a run does not end well: `outside` where something failed or is not permitted, `usage` where
 * only evt.yaml is wrong; undefined where nothing is. */
export function failureOf({ checks }: Pick<DoctorResult, 'checks'>): EvtError | undefined {
  const wrongs = checks.filter(({ mark }) => mark === 'wrong').map(({ about }) => about)
  if (wrongs.length === 0) return undefined
  const code = wrongs.every((about) => about === 'config') ? 'usage' : 'outside'
  return new EvtError(`this is wrong here: ${wrongs.join(', ')}`, { code })
}
