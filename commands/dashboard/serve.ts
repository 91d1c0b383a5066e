import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.js'
import { eventFlags, sourceArgs, voiceFlags } from '../../src/cli/flags.js'
import { memoryFlags } from '../../src/cli/live-flags.js'
import { tailFlags } from '../../src/cli/tail-flags.js'
import { topologyFlag } from '../../src/cli/watch-flags.js'

export default class DashboardServe extends BaseCommand {
  static override summary = 'a page of what comes, as it comes, in the browser of this machine'
  static override description =
    'What evt dashboard build --html draws, and it goes on: files, folders and objects of S3 are ' +
    'read from their beginning and then followed, queues, streams and topics from now on. Prints ' +
    'the address, on this machine alone (127.0.0.1); what changes is pushed to whoever has the ' +
    'page open, while what they opened, sorted or filtered stays. Everybody who can log in to ' +
    'this machine can read it. Where the source ends, the page stays. Ctrl-C ends it.'
  static override examples = [
    '<%= config.bin %> dashboard serve orders.ndjson',
    '<%= config.bin %> dashboard serve kinesis://orders --from 15m --port 8080',
    '<%= config.bin %> dashboard serve archive/ --causes --topology cdk.out',
    'kubectl logs -f shop | <%= config.bin %> dashboard serve -',
  ]
  static override args = sourceArgs
  static override flags = {
    port: Flags.integer({
      helpValue: 'N',
      min: 0,
      max: 65_535,
      default: 0,
      description: 'serve on this port; 0 is one that is free',
    }),
    from: tailFlags.from,
    follow: tailFlags.follow,
    intrusive: tailFlags.intrusive,
    'fan-out': tailFlags['fan-out'],
    consumer: tailFlags.consumer,
    ...memoryFlags,
    topology: topologyFlag,
    causes: Flags.boolean({
      description:
        'also what events cause, and loops, among those that came within --dedupe-window',
    }),
    ...eventFlags,
    ...voiceFlags,
  }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(DashboardServe)
    const { serveDashboard } = await import('../../src/cli/dashboard-serve-run.js')
    const asText = { ...flags, output: 'text' as const, json: false }
    const typed = { ...this.typed(asText, args.source), ...this.voice(flags) }
    const failure = await serveDashboard(typed, this.made(flags.tz))
    if (failure) throw failure
    return undefined
  }
}
