import { BaseCommand } from '../../src/cli/base-command.js'
import { outputFlags } from '../../src/cli/flags.js'
import { observedFlags, topologyCheckFlags, topologyFlags } from '../../src/cli/topology-flags.js'

export default class TopologyCheck extends BaseCommand {
  static override summary = 'what would run in a circle, get lost or never arrive when deployed'
  static override description =
    'Looks in the wiring for cycles, with the guards that break them, and for what wakes ' +
    'somebody at night: targets without dead-letter queue or permission, queues that nobody ' +
    'reads, timeouts, retention and types of queues that do not fit, shards that are blocked or ' +
    'read by too many, public policies. --xray (xray:GetServiceGraph) adds consumers that call ' +
    'the producer back. topology: of evt.yaml suppresses findings, with a ' +
    'reason. Exit 4 where there are errors, 5 where nothing sends or receives events.'
  static override examples = [
    '<%= config.bin %> topology check --template template.yaml',
    '<%= config.bin %> topology check --region eu-west-1,us-east-1 --profile shop',
    '<%= config.bin %> topology check --region eu-west-1 --xray --observed archive/',
    '<%= config.bin %> topology check --template cdk.out --fail-on warning',
    '<%= config.bin %> topology check --template cdk.out --report wiring.sarif --report wiring.xml',
  ]
  static override flags = {
    ...topologyFlags,
    ...observedFlags,
    ...topologyCheckFlags,
    ...outputFlags('text', 'json', 'markdown', 'html'),
  }

  override async run() {
    const { flags } = await this.parse(TopologyCheck)
    const { endBy, reportKind, topologySeen, writeReports } = await import(
      '../../src/cli/topology-run.js'
    )
    const { topologyCheckMarkdown, topologyCheckText } = await import(
      '../../src/ui/topology-check-text.js'
    )
    const reports = flags.report ?? []
    for (const file of reports) reportKind(file)
    const { version } = this.config
    const { signal } = this
    const { result, failure } = await topologySeen(flags, { signal, version, withAges: true })
    const format = this.format(flags)
    if (format === 'html') {
      const { topologyPage } = await import('../../dashboards/html/topology-page.js')
      const page = await topologyPage(result, this.made(flags.tz), 'evt topology check')
      process.stdout.write(page)
    } else if (format === 'json') {
      const { jsonText } = await import('../../src/ui/stats-json.js')
      this.print(jsonText(result))
    } else if (format === 'markdown') this.print(topologyCheckMarkdown(result))
    else this.print(topologyCheckText(result, await this.style(flags)))
    const least = flags['fail-on']
    await writeReports(result, reports, { least, version })
    if (failure) throw failure
    endBy(result, least)
    return undefined
  }
}
