import type { ReconcileRun } from '../reconcile/finished.js'
import { csvText } from './csv.js'
import { markdownText } from './markdown.js'
import { reconcileJson, reconcileNdjson } from './reconcile-json.js'
import { reconcileTabular } from './reconcile-tabular.js'
import { reconcileText } from './reconcile-text.js'
import { ended, type StatsFormat } from './stats-output.js'
import type { TextStyle } from './style.js'

/** A reconciliation as it goes to stdout, its last line end included. */
export async function renderReconcile(
  run: ReconcileRun,
  format: StatsFormat,
  style: TextStyle,
): Promise<string | Uint8Array> {
  const { result } = run
  switch (format) {
    case 'text':
      return ended(reconcileText(run, style))
    case 'json':
      return ended(reconcileJson(result))
    case 'ndjson':
      return ended(reconcileNdjson(result))
    case 'csv':
      return ended(csvText(reconcileTabular(result)))
    case 'markdown':
      return ended(markdownText(reconcileTabular(result)))
    case 'arrow': {
      const { arrowBytes } = await import('./arrow.js')
      return arrowBytes(reconcileTabular(result))
    }
    case 'parquet': {
      const { parquetBytes } = await import('./parquet.js')
      return parquetBytes(reconcileTabular(result))
    }
  }
}
