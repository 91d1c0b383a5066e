import * as Args from '@oclif/core/args'
import { BaseCommand } from '../src/cli/base-command.js'
import { archiveFlags, outputFlags } from '../src/cli/flags.js'
import { diffFlags } from '../src/cli/stats-flags.js'

export default class Diff extends BaseCommand {
  static override summary = 'what two archives differ in, the most unusual first'
  static override description =
    'Measures A and B with the same selection; sets types, rates and percentiles side by side: ' +
    'types that one side alone has, then what surely differs, by how far it does at least. ' +
    'Changes are those of A from B. The same as evt stats A --versus B.'
  static override examples = [
    '<%= config.bin %> diff today/ yesterday/',
    '<%= config.bin %> diff after.ndjson before.ndjson --type order.* -o json',
    '<%= config.bin %> diff canary: prod: --since 1h -o html > diff.html',
  ]
  static override args = {
    a: Args.string({ required: true, ignoreStdin: true, description: 'a SOURCE' }),
    b: Args.string({ required: true, ignoreStdin: true, description: 'what it is compared with' }),
  }
  static override flags = {
    ...diffFlags,
    ...archiveFlags,
    ...outputFlags('text', 'json', 'ndjson', 'csv', 'markdown', 'html', 'arrow', 'parquet'),
  }

  override async run() {
    const { args, flags } = await this.parse(Diff)
    const { printDiff } = await import('../src/cli/stats-run.js')
    const style = await this.style(flags)
    const look = { format: this.format(flags), style, made: this.made(flags.tz) }
    const typed = { ...this.typed(flags, [args.a]), choose: undefined }
    return printDiff(typed, { versus: { given: [args.b] } }, look)
  }
}
