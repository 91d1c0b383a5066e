import { askArchive } from '../questions/asked-archive.js'
import { questionNamed, readCatalogue } from '../questions/catalogue.js'
import { openArchive } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import type { StatsRequest } from '../stats/request.js'
import { type FlowMetric, flowMetrics } from './metrics.js'

/** What the runs of each flow came to, asked of the same events. */
export async function flowFigures(
  request: StatsRequest,
): Promise<Map<string, Record<FlowMetric, number>>> {
  const archive = await openArchive(request)
  const { sql } = questionNamed(await readCatalogue([]), 'flows/summary')
  const { choices, presets, range, signal } = request
  const options = {
    ...{ archive, presets, flows: archive.config.flows, signal },
    chosen: {
      ...range,
      types: choices.types,
      entities: [],
      keys: [],
      filter: choices.filter?.pattern,
    },
    memoryLimitBytes: choices.memoryLimitBytes,
    onProgress: progressOf(archive.objects, request),
  }
  const figures = new Map<string, Record<FlowMetric, number>>()
  await askArchive({ sql, values: {} }, options, async ({ rows }) => {
    const names = rows.columns.map(({ name }) => name)
    for await (const chunk of rows.chunks) {
      for (const row of chunk) {
        const at = (name: string) => row[names.indexOf(name)]
        const counts = flowMetrics.map((name) => [name, Number(at(name) ?? 0)])
        figures.set(String(at('flow')), Object.fromEntries(counts) as Record<FlowMetric, number>)
      }
    }
  })
  return figures
}
