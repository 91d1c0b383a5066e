import { BaseCommand } from '../../src/cli/base-command.js'
import { outputFlags } from '../../src/cli/flags.js'
import { observedFlags, topologyFlags } from '../../src/cli/topology-flags.js'

export default class TopologyAccess extends BaseCommand {
  static override summary = 'who may send to and receive from each resource, and who did'
  static override description =
    'By the policies of resources, the roles of who acts, and what is wired: whom they let ' +
    'send and receive, under conditions or not, from other accounts, or anybody at all. With ' +
    '--observed, the sources that were seen to send, and whether somebody here may send as them. ' +
    'What policies deny and keys of KMS are not weighed.'
  static override examples = [
    '<%= config.bin %> topology access --region eu-west-1',
    '<%= config.bin %> topology access --template template.yaml --observed archive/',
  ]
  static override flags = {
    ...topologyFlags,
    ...observedFlags,
    ...outputFlags('text', 'json', 'markdown', 'html'),
  }

  override async run() {
    const { flags } = await this.parse(TopologyAccess)
    const { topologySeen } = await import('../../src/cli/topology-run.js')
    const { accessOf } = await import('../../src/topology/access.js')
    const ui = await import('../../src/ui/topology-access-text.js')
    const { version } = this.config
    const { result, failure } = await topologySeen(flags, { signal: this.signal, version })
    const access = accessOf(result)
    const format = this.format(flags)
    if (format === 'html') await this.page(access, flags)
    else if (format === 'json') {
      const { jsonText } = await import('../../src/ui/stats-json.js')
      this.print(jsonText(access))
    } else if (format === 'markdown') this.print(ui.topologyAccessMarkdown(access))
    else this.print(ui.topologyAccessText(access, await this.style(flags)))
    if (failure) throw failure
    return undefined
  }
}
