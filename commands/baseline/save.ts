import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.js'
import { checkFlags } from '../../src/cli/check-flags.js'
import { archiveFlags, awsOptions, outputFlags, sourceArgs } from '../../src/cli/flags.js'

const { 'allow-partial': _, ...measuredFlags } = archiveFlags

export default class BaselineSave extends BaseCommand {
  static override summary = 'save a run, for later ones to be compared with'
  static override description =
    'Measures as evt check does and writes one small file: counts, histograms, percentiles, and ' +
    'the commit and branch as git or the CI say. Keep the folder in git, or in the cache of the ' +
    'CI. ' +
    'With --if-passed, only a run that its rules pass is saved.'
  static override examples = [
    '<%= config.bin %> baseline save archive/ --to baselines/',
    '<%= config.bin %> baseline save archive/ --to s3://acme-ci/baselines',
    '<%= config.bin %> baseline save archive/ --to baselines/ --if-passed --baseline baselines/',
  ]
  static override args = sourceArgs
  static override flags = {
    to: Flags.string({
      required: true,
      helpValue: 'DIR|FILE',
      description: 'a folder, which is made, or s3://BUCKET/PREFIX, or a file that ends in .json',
    }),
    'if-passed': Flags.boolean({ description: 'save only what its rules pass' }),
    rule: checkFlags.rule,
    ...{ sent: checkFlags.sent, 'map-sent': checkFlags['map-sent'], grace: checkFlags.grace },
    baseline: checkFlags.baseline,
    'baseline-runs': checkFlags['baseline-runs'],
    'baseline-branch': checkFlags['baseline-branch'],
    ...measuredFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run() {
    const { args, flags } = await this.parse(BaselineSave)
    const { runToSave } = await import('../../src/cli/baseline-run.js')
    const { run, check } = await runToSave(this.typed(flags, args.source))
    if (check && check.result.verdict !== 'pass') {
      const { checkOutput, endBy } = await import('../../src/cli/check-run.js')
      const look = { style: await this.style(flags), made: this.made(flags.tz), isExplained: false }
      process.stdout.write(await checkOutput(check, { ...look, format: this.format(flags) }))
      this.note('not saved', flags)
      endBy(check)
      return undefined
    }
    const { saveRun } = await import('../../src/gate/folder.js')
    const file = await saveRun(run, flags.to, awsOptions(flags))
    const { savedLine } = await import('../../src/ui/baseline-text.js')
    const { format, print } = this.answer(flags)
    print(savedLine(file, run, format))
    return undefined
  }
}
