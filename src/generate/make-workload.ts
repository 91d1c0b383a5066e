import { letArrive, setClocks } from './arrivals.js'
import { batchUp } from './batches.js'
import { deliver } from './deliveries.js'
import { produceEvents } from './events.js'
import { rowsOf } from './names.js'
import type { WorkloadSettings } from './settings.js'
import type { Workload } from './workload.js'

/** Takes about 60 bytes of memory an event. */
export function makeWorkload(settings: WorkloadSettings): Workload {
  const rows = rowsOf(settings.types, settings.sources, settings.chains.length)
  const events = produceEvents(settings, rows)
  letArrive(events, settings)
  const deliveries = deliver(events, settings.seed)
  batchUp({ settings, rows, events, deliveries })
  setClocks(events, settings)
  return { settings, rows, events, deliveries }
}
