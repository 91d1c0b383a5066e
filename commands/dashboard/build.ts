import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.js'
import { archiveFlags, sourceArgs, voiceFlags } from '../../src/cli/flags.js'
import { statsFlags } from '../../src/cli/stats-flags.js'
import { formatFlag, markFlag, watchFlags } from '../../src/cli/watch-flags.js'

export default class DashboardBuild extends BaseCommand {
  static override summary = 'dashboards of CloudWatch for what is deployed and what is measured'
  static override description =
    'An overview, and a page for each bus, queue, topic, stream, function, pipe, table and ' +
    'delivery stream of the templates that --topology names: metrics of AWS beside those of evt ' +
    'metrics publish, with the lines at which evt alarms raises them, what to do then, and the ' +
    'command lines for it. With a SOURCE, its types have graphs, and lines are drawn from what ' +
    'it shows. Prints the overview as JSON; --to DIR writes all pages; --format has all of them ' +
    'in one file. What is printed was checked against the structure and the limits of CloudWatch.'
  static override examples = [
    '<%= config.bin %> dashboard build archive/ --region eu-west-1',
    '<%= config.bin %> dashboard build --topology template.yaml --to dashboards/',
    '<%= config.bin %> dashboard build archive/ --topology cdk.out --format cloudformation',
    '<%= config.bin %> dashboard build archive/ --html > archive.html',
    '<%= config.bin %> dashboard build archive/ --html --causes --topology cdk.out > archive.html',
  ]
  static override args = sourceArgs
  static override flags = {
    ...watchFlags,
    format: formatFlag(),
    to: Flags.string({
      helpValue: 'DIR',
      description: 'write a file for each page to this folder',
    }),
    mark: markFlag,
    html: Flags.boolean({
      exclusive: [
        ...['format', 'to', 'mark', 'name', 'prefix', 'namespace', 'dimension'],
        ...['max-types', 'runbook'],
      ],
      description: 'a page to look at in a browser, whole by itself, in place of that',
    }),
    causes: Flags.boolean({
      dependsOn: ['html'],
      description: 'with --html: also what events cause, and loops; reads the archive once more',
    }),
    content: statsFlags.content,
    ...archiveFlags,
    ...voiceFlags,
  }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(DashboardBuild)
    if (flags.html) {
      const { writeDashboardPage } = await import('../../src/cli/dashboard-page-run.js')
      const typed = this.typed({ ...flags, output: 'text' as const, json: false }, args.source)
      await writeDashboardPage(typed, this.made(flags.tz))
      return undefined
    }
    const { buildDashboards } = await import('../../src/cli/dashboard-run.js')
    const { format, to } = flags
    const asJson = { ...flags, output: 'json' as const, json: true }
    const typed = { ...this.typed(asJson, args.source), ...this.voice(flags) }
    await buildDashboards(typed, { format, to })
    return undefined
  }
}
