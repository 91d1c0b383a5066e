import { csvText } from './csv.js'
import { markdownText } from './markdown.js'
import { statsJson, statsNdjson } from './stats-json.js'
import { statsTabular } from './stats-tabular.js'
import { type StatsView, statsText } from './stats-text.js'
import type { TextStyle } from './style.js'

export type StatsFormat = 'text' | 'json' | 'ndjson' | 'csv' | 'markdown' | 'arrow' | 'parquet'

/** The result as it goes to stdout, its last line end included. */
export async function renderStats(
  view: StatsView,
  format: StatsFormat,
  style: TextStyle,
): Promise<string | Uint8Array> {
  const { result } = view
  switch (format) {
    case 'text':
      return ended(await statsText(view, style))
    case 'json':
      return ended(statsJson(result))
    case 'ndjson':
      return ended(statsNdjson(result))
    case 'csv':
      return ended(csvText(statsTabular(result)))
    case 'markdown':
      return ended(markdownText(statsTabular(result)))
    case 'arrow': {
      const { arrowBytes } = await import('./arrow.js')
      return arrowBytes(statsTabular(result))
    }
    case 'parquet': {
      const { parquetBytes } = await import('./parquet.js')
      return parquetBytes(statsTabular(result))
    }
  }
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
