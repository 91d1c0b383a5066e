import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.js'
import { outputFlags } from '../../src/cli/flags.js'
import { topologyFlags } from '../../src/cli/topology-flags.js'

const many = { multiple: true, multipleNonGreedy: true } as const

export default class TopologyMatch extends BaseCommand {
  static override summary = 'which rules and subscriptions an event would reach, and why not others'
  static override description =
    'Puts an event to every bus, or where there is none to every topic, and follows it through ' +
    'rules, topics, buses, pipes and mappings to whoever works it off, with the payload that ' +
    'each is given. What does not take it is told field by field. Nothing is sent.'
  static override examples = [
    '<%= config.bin %> topology match event.json --template template.yaml',
    `<%= config.bin %> topology match '{"source":"shop","detail-type":"paid"}' --to bus:shop`,
    'cat event.json | <%= config.bin %> topology match - --region eu-west-1 --fail-on nowhere',
  ]
  static override args = {
    event: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'one event: a file, - for standard input, or JSON that begins with {',
    }),
  }
  static override flags = {
    to: Flags.string({
      ...many,
      helpValue: 'NODE',
      description: 'put it to this bus, topic, queue or stream: bus:shop, or its name alone',
    }),
    attribute: Flags.string({
      ...many,
      helpValue: 'NAME[:TYPE]=VALUE',
      description:
        'an attribute of the message, by which filters of subscriptions choose: a text, or ' +
        'price:Number=5',
    }),
    'fail-on': Flags.option({
      options: ['nowhere'] as const,
      helpValue: 'FAULT',
      description: 'exit 4 where it reaches nobody: nowhere',
    })(),
    ...topologyFlags,
    ...outputFlags('text', 'json', 'markdown', 'html'),
  }

  override async run() {
    const { args, flags } = await this.parse(TopologyMatch)
    const { topologyAsked } = await import('../../src/cli/topology-run.js')
    const { endMatch, matched } = await import('../../src/cli/topology-match-run.js')
    const ui = await import('../../src/ui/topology-match-text.js')
    const topology = await topologyAsked(flags, this.signal)
    const { to = [], attribute: attributes = [] } = flags
    const result = await matched(topology, { event: args.event, to, attributes })
    const format = this.format(flags)
    if (format === 'html') await this.page(result, flags)
    else if (format === 'json') {
      const { jsonText } = await import('../../src/ui/stats-json.js')
      this.print(jsonText(result))
    } else if (format === 'markdown') this.print(ui.topologyMatchMarkdown(result))
    else this.print(ui.topologyMatchText(result, await this.style(flags)))
    if (flags['fail-on'] !== undefined) endMatch(result)
    return undefined
  }
}
