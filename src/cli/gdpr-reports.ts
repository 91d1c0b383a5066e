import type { Made } from '../../dashboards/html/page.js'
import type { Report } from '../privacy/request.js'
import { eventsCsv, reportMarkdown } from '../ui/gdpr-report.js'

/** The files of a bundle that people read. The line that was typed names somebody: it is not in
 * them. */
export function bundleReports(options: { isPortable: boolean; made: Made }): Report[] {
  const made = { ...options.made, command: ['evt', 'gdpr', 'extract'] }
  // While DuckDB searches, Node is idle.
  const page = import('../../dashboards/html/gdpr-page.js')
  page.catch(() => undefined)
  const reports: Report[] = [
    { name: 'report.md', textOf: reportMarkdown },
    {
      name: 'report.html',
      textOf: async (told) => (await page).gdprPage(told, made),
    },
  ]
  if (!options.isPortable) return reports
  return [
    { name: 'events.csv', head: eventsCsv.head, rowOf: (event) => eventsCsv.rowOf(event) },
    ...reports,
  ]
}
