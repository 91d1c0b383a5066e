import { csvText } from './csv.js'
import { hlogJson, hlogNdjson } from './hlog-json.js'
import { hlogTabular } from './hlog-tabular.js'
import { type HlogView, hlogText } from './hlog-text.js'
import { markdownText } from './markdown.js'
import { statsJson, statsNdjson } from './stats-json.js'
import { statsTabular } from './stats-tabular.js'
import { type StatsView, statsText } from './stats-text.js'
import type { TextStyle } from './style.js'
import type { Tabular } from './tabular.js'

export type StatsFormat = 'text' | 'json' | 'ndjson' | 'csv' | 'markdown' | 'arrow' | 'parquet'

/** The ways to write one result. */
interface Written {
  text(style: TextStyle): string | Promise<string>
  json(): string
  ndjson(): string
  tabular(): Tabular
}

/** The result as it goes to stdout, its last line end included. */
export async function renderStats(
  view: StatsView | HlogView,
  format: StatsFormat,
  style: TextStyle,
): Promise<string | Uint8Array> {
  const written = 'timeline' in view ? eventsWritten(view) : logsWritten(view)
  switch (format) {
    case 'text':
      return ended(await written.text(style))
    case 'json':
      return ended(written.json())
    case 'ndjson':
      return ended(written.ndjson())
    case 'csv':
      return ended(csvText(written.tabular()))
    case 'markdown':
      return ended(markdownText(written.tabular()))
    case 'arrow': {
      const { arrowBytes } = await import('./arrow.js')
      return arrowBytes(written.tabular())
    }
    case 'parquet': {
      const { parquetBytes } = await import('./parquet.js')
      return parquetBytes(written.tabular())
    }
  }
}

function eventsWritten(view: StatsView): Written {
  return {
    text: (style) => statsText(view, style),
    json: () => statsJson(view.result),
    ndjson: () => statsNdjson(view.result),
    tabular: () => statsTabular(view.result),
  }
}

function logsWritten(view: HlogView): Written {
  return {
    text: (style) => hlogText(view, style),
    json: () => hlogJson(view.result),
    ndjson: () => hlogNdjson(view.result),
    tabular: () => hlogTabular(view.result),
  }
}

export function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
