import { EvtError } from '../errors.js'
import type { ReconcileRun } from '../reconcile/finished.js'
import type { ReconcileResult, ReconcileRow } from '../reconcile/result.js'
import { runReconcile } from '../reconcile/run.js'
import { reading, type TypedArchive } from './read-request.js'
import {
  type Failing,
  type ReconcileFlagValues,
  reconcileChoices,
  stagesOf,
} from './reconcile-flags.js'

export interface TypedReconcile extends TypedArchive {
  flags: TypedArchive['flags'] & ReconcileFlagValues
}

/** Sets archives side by side, while progress is shown. */
export async function reconcileArchives(typed: TypedReconcile): Promise<ReconcileRun> {
  const stages = stagesOf(typed.flags)
  const choices = reconcileChoices(typed.flags)
  return reading(typed, (request) => runReconcile({ ...request, stages, choices }))
}

/** Why a run ends with 4, or cannot tell, where `--fail-on` asks; undefined where all is well. */
export function failed(
  result: ReconcileResult,
  asked: readonly Failing[] | undefined,
): EvtError | undefined {
  const rows = [result.total, ...(result.hops ?? []).map(({ total }) => total)]
  const fates = [...new Set(asked ?? [])]
  const found = fates.flatMap((fate) => {
    const most = Math.max(0, ...rows.map((row) => row[fate] ?? 0))
    return most > 0 ? [`${most.toLocaleString('en')} ${words[fate]}`] : []
  })
  const on = `--fail-on ${fates.join(',')}`
  if (found.length > 0) return new EvtError(`${found.join(', ')} (${on})`, { code: 'gate' })
  const unknown = fates.filter((fate) => rows.some((row) => row[fate] === null))
  if (unknown.length === 0) return undefined
  const named = unknown.map((fate) => words[fate]).join(' or ')
  const message = `whether any are ${named} cannot be told`
  return new EvtError(message, { code: 'inconclusive', hint: 'the findings say why' })
}

const words: Readonly<Record<Failing & keyof ReconcileRow, string>> = {
  ...{ lost: 'lost', unexpected: 'unexpected', duplicated: 'duplicated', late: 'late' },
  ...{ recovered: 'recovered', inFlight: 'in flight' },
}
