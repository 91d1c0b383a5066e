import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.js'
import { awsFlags, awsOptions, outputFlags, sourceFlags } from '../src/cli/flags.js'

const CALL_MS = 5_000

export default class Doctor extends BaseCommand {
  static override summary =
    'what is wrong here: this machine, evt.yaml, AWS and what there is to tap'
  static override description =
    'Of this machine: Node, evt.yaml, the cache, temporary files and DuckDB. Of AWS: the region, ' +
    'whose the credentials are, how far the clock is off, since latency is measured by clocks, ' +
    'and for each service one call that lists what there is to tap, or names the permission that ' +
    'is missing. Nothing is changed, no call takes longer than 5 s, and one figure of CloudWatch ' +
    'is asked for ($0.00001). Without a region or credentials, AWS is left out with a warning. ' +
    'Exit 3 where something is wrong, 2 where only evt.yaml is, 0 otherwise, also with warnings.'
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --profile shop --region eu-west-1',
    '<%= config.bin %> doctor --offline -o json',
  ]
  static override flags = {
    offline: Flags.boolean({ default: false, description: 'do not ask AWS' }),
    config: sourceFlags.config,
    ...awsFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run() {
    const { flags } = await this.parse(Doctor)
    const { failureOf, runDoctor } = await import('../src/doctor/run.js')
    const aws = awsOptions(flags)
    const result = await runDoctor({
      ...{ aws, offline: flags.offline, file: flags.config, signal: this.signal },
      ...{ cwd: process.cwd(), env: process.env, node: process.versions.node },
      ...{ nowMs: Date.now(), callMs: CALL_MS },
    })
    const format = this.format(flags)
    if (format === 'html') await this.page(result, flags)
    else if (format === 'json') {
      const { jsonText } = await import('../src/ui/stats-json.js')
      this.print(jsonText(result))
    } else {
      const { doctorText } = await import('../src/ui/doctor-text.js')
      this.print(doctorText(result, aws, await this.style(flags)))
    }
    const failure = failureOf(result)
    if (failure) throw failure
    return undefined
  }
}
