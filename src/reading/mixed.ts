import type { Format } from '../archives/object.js'
import { EvtError } from '../errors.js'

const names: Partial<Record<Format, string>> = {
  hlog: 'histogram log',
  hgrm: 'percentile table',
}

/** Whether what has this format holds histograms, and no events. */
export function isHistograms(format: Format): boolean {
  return format in names
}

/** Histograms where events are read: neither could be counted with the other. */
export function mixed({ path, format }: { path: string; format: Format }): EvtError {
  return new EvtError(`${path} is a ${names[format]}: it holds no events`, {
    code: 'usage',
    hint: 'evt stats shows histogram logs and percentile tables, in a command without events',
  })
}
