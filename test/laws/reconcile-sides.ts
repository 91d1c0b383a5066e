import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { timeText } from '../../src/event/time.js'
import type { ReconcileRequest } from '../../src/reconcile/request.js'
import { acknowledgedWords } from '../../src/reconcile/sent-status.js'
import type { Delivered } from './naive-reconcile.js'

/** How sides of a reconciliation are written to a folder, and asked about. */
export function reconcileSides(folder: () => string, graceUs: number) {
  function write(name: string, deliveries: readonly Delivered[], files = 1): string {
    const at = join(folder(), name)
    rmSync(at, { recursive: true, force: true })
    mkdirSync(at)
    const each = Math.ceil(deliveries.length / files)
    for (let n = 0; n < files; n++) {
      const lines = deliveries.slice(n * each, (n + 1) * each).map((one) => {
        const { timeUs, receivedUs, ...rest } = one
        const text = (us: number | null) => (us === null ? undefined : timeText(us))
        return JSON.stringify({ ...rest, time: text(timeUs), receivedAt: text(receivedUs) })
      })
      writeFileSync(join(at, `${n}.ndjson`), lines.map((line) => `${line}\n`).join(''))
    }
    return at
  }

  const maps = ['id', 'source', 'type', 'time', 'receivedAt'].map((name) => `${name}=$.${name}`)

  function request(
    stages: readonly [name: string, folder: string][],
    more: Partial<ReconcileRequest> = {},
  ): ReconcileRequest {
    return {
      stages: stages.map(([name, given], n) => ({
        ...{ name, given: [given] },
        maps: n === 0 ? [...maps, 'sentStatus=$.status'] : maps,
      })),
      choices: {
        ...{ graceUs, windowUs: 10e6, types: [], identity: 'source+id', allowPartial: false },
        ...{ acknowledged: acknowledgedWords, memoryLimitBytes: 500e6 },
      },
      ...{ presets: undefined, config: undefined, cwd: folder(), env: {} },
      ...{ range: { sinceUs: null, untilUs: null }, signal: new AbortController().signal },
      ...{ threads: 1, onProgress: () => undefined },
      ...more,
    }
  }

  return { write, request }
}
