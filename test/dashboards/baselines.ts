import type { RunFile } from '../../src/gate/merge-runs.js'
import type { SavedRun } from '../../src/gate/saved-run.js'
import { bareRow, result, row, typeRow } from '../ui/results.js'
import { hostileNames } from './pages.js'

/** A saved run of types, the slower the later it was saved. */
function saved(names: readonly string[], day: number, rest: Partial<SavedRun> = {}): RunFile {
  const types = names.map((name, n) => typeRow('', name, 20_000 - n, 1_000 * day))
  const { span, read } = result(types)
  const gated = (one: (typeof types)[number] | ReturnType<typeof row>) => {
    const { p99LateMs: _, ...ordering } = one.ordering
    return { ...one, ordering, dependence: null }
  }
  const run: SavedRun = {
    ...{ schema: 'evt.run/1', evt: '0.1.0', savedAt: `2026-11-0${day}T09:00:00.000Z` },
    ...{ commit: `3f2a91c${day}`, branch: 'main', sources: ['archive/'], mapping: ['* key=$.k'] },
    ...{ selection: { since: null, until: null }, span, precision: 3, unit: 'us', windows: [] },
    read: { records: read.records, undecodable: 0 },
    total: gated(types.length === 0 ? bareRow(0) : row(20_000 * types.length, 1_000 * day)),
    types: types.map(({ type, source, ...rest }) => ({ ...gated(rest), type, source })),
    ...rest,
  }
  return { file: `baselines/${day}.json`, run }
}

const names = ['order.placed', 'order.paid', 'order.packed']

/** Saved runs, by what is odd about them. */
export const savedOf: Readonly<Record<string, readonly RunFile[]>> = {
  shop: [1, 2, 3].map((day) => saved(names, day)),
  hostile: hostileNames.map((name) => {
    const { run } = saved(hostileNames, 1, { branch: name, commit: name, mapping: [name] })
    return { file: name, run: { ...run, sources: hostileNames } }
  }),
  empty: [saved([], 1, { branch: null, commit: null, sources: [] })],
  'in other units': [saved(names, 1, { unit: 'ms' })],
}
