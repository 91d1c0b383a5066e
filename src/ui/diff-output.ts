import { csvText } from './csv.js'
import { diffJson, diffNdjson } from './diff-json.js'
import { diffTabular } from './diff-tabular.js'
import { type DiffView, diffText } from './diff-text.js'
import { markdownText } from './markdown.js'
import { ended, type StatsFormat } from './stats-output.js'
import type { TextStyle } from './style.js'

/** A comparison as it goes to stdout, its last line end included. */
export async function renderDiff(
  view: DiffView,
  format: StatsFormat,
  style: TextStyle,
): Promise<string | Uint8Array> {
  const { result } = view
  switch (format) {
    case 'text':
      return ended(diffText(view, style))
    case 'json':
      return ended(diffJson(result))
    case 'ndjson':
      return ended(diffNdjson(result))
    case 'csv':
      return ended(csvText(diffTabular(result)))
    case 'markdown':
      return ended(markdownText(diffTabular(result)))
    case 'arrow': {
      const { arrowBytes } = await import('./arrow.js')
      return arrowBytes(diffTabular(result))
    }
    case 'parquet': {
      const { parquetBytes } = await import('./parquet.js')
      return parquetBytes(diffTabular(result))
    }
  }
}
