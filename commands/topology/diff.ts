import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.js'
import { outputFlags, sourceFlags } from '../../src/cli/flags.js'
import { accountFlags, diffFaults } from '../../src/cli/topology-flags.js'

const side =
  'a template, a folder or glob of them, what evt topology show -o json wrote, or aws:// to ask AWS'

export default class TopologyDiff extends BaseCommand {
  static override summary = 'what a change of the wiring does: edges, cycles, lost consumers'
  static override description =
    'Sets two topologies side by side: nodes and edges that are new, gone or choose otherwise, ' +
    'cycles that there were not, and what is no longer read by who read it. --event follows ' +
    'sample events through both: those that now go elsewhere. Nodes are the same by their name, ' +
    'or by their logical id where they have none. Exit 4 where there is what --fail-on names.'
  static override examples = [
    '<%= config.bin %> topology diff old/template.yaml new/template.yaml',
    '<%= config.bin %> topology diff main.json cdk.out --fail-on newCycles,lostConsumers',
    '<%= config.bin %> topology diff aws:// cdk.out --region eu-west-1',
    '<%= config.bin %> topology diff aws:// cdk.out --event samples.ndjson --fail-on movedEvents',
  ]
  static override args = {
    a: Args.string({ required: true, ignoreStdin: true, description: side }),
    b: Args.string({ required: true, ignoreStdin: true, description: 'the other, as it will be' }),
  }
  static override flags = {
    ...accountFlags,
    config: sourceFlags.config,
    event: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'EVENT',
      description:
        'sample events to follow through both: a file of one, a list, or one a line, - for ' +
        'standard input, or JSON that begins with {',
    }),
    'fail-on': Flags.option({
      options: diffFaults,
      multiple: true,
      delimiter: ',',
      helpValue: 'FAULTS',
      description: 'exit 4 where there are: newCycles, lostConsumers, movedEvents',
    })(),
    ...outputFlags('text', 'json', 'markdown', 'html'),
  }

  override async run() {
    const { args, flags } = await this.parse(TopologyDiff)
    const { endDiff, topologiesCompared } = await import('../../src/cli/topology-run.js')
    const ui = await import('../../src/ui/topology-diff-text.js')
    const diff = await topologiesCompared(args, flags, this.signal)
    const format = this.format(flags)
    if (format === 'html') await this.page(diff, flags)
    else if (format === 'json') {
      const { jsonText } = await import('../../src/ui/stats-json.js')
      this.print(jsonText(diff))
    } else if (format === 'markdown') this.print(ui.topologyDiffMarkdown(diff))
    else this.print(ui.topologyDiffText(diff, await this.style(flags)))
    endDiff(diff, flags['fail-on'] ?? [])
    return undefined
  }
}
