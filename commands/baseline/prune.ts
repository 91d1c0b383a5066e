import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.js'
import { confirmed } from '../../src/cli/confirm.js'
import { awsFlags, awsOptions, voiceFlags } from '../../src/cli/flags.js'
import { EvtError } from '../../src/errors.js'
import { commandText } from '../../src/ui/shell-quote.js'

export default class BaselinePrune extends BaseCommand {
  static override summary = 'remove old saved runs, but the newest of each branch'
  static override description = 'Shows what goes, and asks unless --yes.'
  static override examples = ['<%= config.bin %> baseline prune baselines/ --keep 20 --yes']
  static override args = {
    folder: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'of saved runs, or s3://BUCKET/PREFIX',
    }),
  }
  static override flags = {
    keep: Flags.integer({ default: 20, min: 1, helpValue: 'N', description: 'of each branch' }),
    'dry-run': Flags.boolean({ description: 'show what would be removed, and remove nothing' }),
    yes: Flags.boolean({ default: false, exclusive: ['dry-run'], description: 'do not ask' }),
    ...awsFlags,
    ...voiceFlags,
  }

  override async run() {
    const { args, flags } = await this.parse(BaselinePrune)
    const { oldRuns, removeRuns } = await import('../../src/gate/folder.js')
    const { savedIn } = await import('../../src/gate/saved-in.js')
    const files = await savedIn(args.folder, awsOptions(flags))
    const old = oldRuns(files, flags.keep)
    for (const { file } of old) this.print(file)
    this.note(`${old.length} of ${files.length} saved runs are older`, flags)
    if (old.length === 0 || flags['dry-run']) return undefined
    const isAsked = !flags.yes && process.stdin.isTTY === true && process.stderr.isTTY === true
    const answer = isAsked ? await confirmed('remove them?', this.signal) : flags.yes
    if (answer) await removeRuns(old, awsOptions(flags))
    else if (!isAsked) throw this.unremoved()
    return undefined
  }

  private unremoved(): EvtError {
    return new EvtError('nothing was removed: there is no terminal to ask on', {
      code: 'usage',
      hint: commandText(['evt', 'baseline', 'prune', ...this.argv, '--yes']),
    })
  }
}
