import type { Made } from '../../dashboards/html/page.js'
import type { Report } from '../privacy/request.js'
import { eventsCsv, reportMarkdown } from '../ui/gdpr-report.js'

/** The files of a bundle that people read. The line that was typed names somebody: it is not in
 * them. */
export function bundleReports(options: { isPortable: boolean; made: Made }): Report[] {
  const made = { ...options.made, command: ['evt', 'gdpr', 'extract'] }
  const reports: Report[] = [
    { name: 'report.md', textOf: reportMarkdown },
    {
      name: 'report.html',
      textOf: async (told) => {
        const { gdprPage } = await import('../../dashboards/html/gdpr-page.js')
        return gdprPage(told, made)
      },
    },
  ]
  if (!options.isPortable) return reports
  return [
    { name: 'events.csv', head: eventsCsv.head, rowOf: (event) => eventsCsv.rowOf(event) },
    ...reports,
  ]
}
