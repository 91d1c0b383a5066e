import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.js'
import { outputFlags } from '../../src/cli/flags.js'
import { graphFormats, observedFlags, topologyFlags } from '../../src/cli/topology-flags.js'

export default class TopologyShow extends BaseCommand {
  static override summary = 'what is wired to what, in an account or in templates'
  static override description =
    'Buses, rules, topics, queues, streams, functions, pipes, tables, buckets, state machines ' +
    'and APIs, and how events get from one to the other: by what they are wired to, and by what ' +
    'their roles let them send. Asked of AWS, or read in templates of CloudFormation, SAM and ' +
    'CDK. What may not be asked, and what a template does not tell (parameters without a ' +
    'default, imports, transforms that cannot be expanded), is named. -o markdown has a chart ' +
    'that Mermaid draws. Exit 5 where nothing sends or receives events.'
  static override examples = [
    '<%= config.bin %> topology show --region eu-west-1,us-east-1 --profile shop',
    '<%= config.bin %> topology show --template template.yaml',
    "<%= config.bin %> topology show --template 'cdk.out/*.template.json' -o json",
    '<%= config.bin %> topology show --template cdk.out -o html > wiring.html',
    '<%= config.bin %> topology show --template cdk.out --format dot | dot -Tsvg > shop.svg',
  ]
  static override flags = {
    ...topologyFlags,
    ...observedFlags,
    format: Flags.option({
      options: graphFormats,
      exclusive: ['output', 'json'],
      helpValue: 'FORMAT',
      description: 'the graph alone, for other programs: mermaid or dot (Graphviz)',
    })(),
    ...outputFlags('text', 'json', 'markdown', 'html'),
  }

  override async run() {
    const { flags } = await this.parse(TopologyShow)
    const format = flags.format ?? this.format(flags)
    const { topologySeen } = await import('../../src/cli/topology-run.js')
    const { renderTopology } = await import('../../src/ui/topology-output.js')
    const { version } = this.config
    const { result, failure } = await topologySeen(flags, { signal: this.signal, version })
    if (format === 'html') {
      const { topologyPage } = await import('../../dashboards/html/topology-page.js')
      process.stdout.write(await topologyPage(result, this.made(flags.tz)))
    } else process.stdout.write(renderTopology(result, format, await this.style(flags)))
    if (failure) throw failure
    return undefined
  }
}
