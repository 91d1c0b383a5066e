import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.js'
import { awsFlags, awsOptions, outputFlags } from '../../src/cli/flags.js'

export default class GdprVerify extends BaseCommand {
  static override summary = 'whether a bundle of evidence is what was written'
  static override description =
    'Checks every file of a bundle against its manifest, and the manifest against itself, ' +
    'offline and without the key. Exit 4 where a byte has been changed, or a file is missing or ' +
    'was added. Of the proof of an erasure, also whether the objects are as it says; S3 is asked ' +
    'for its own, and whether their older versions are gone.'
  static override examples = [
    '<%= config.bin %> gdpr verify bundle',
    '<%= config.bin %> gdpr verify bundle.zip --age-identity key.txt',
  ]
  static override args = {
    bundle: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'a bundle of evt gdpr extract, or the proof of an erasure',
    }),
  }
  static override flags = {
    'age-identity': Flags.string({
      helpValue: 'FILE',
      description: 'a file with keys of age: whether they read what is encrypted is checked, too',
    }),
    ...awsFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run() {
    const { args, flags } = await this.parse(GdprVerify)
    const { verifyBundle, verifyFailure } = await import('../../src/privacy/verify.js')
    const { renderVerify } = await import('../../src/ui/gdpr-text.js')
    const result = await verifyBundle(args.bundle, {
      cwd: process.cwd(),
      ...{ ageIdentity: flags['age-identity'], aws: awsOptions(flags), signal: this.signal },
    })
    const format = this.format(flags)
    if (format === 'html') await this.page(result, flags)
    else this.print(renderVerify(result, format, await this.style(flags)))
    const failure = verifyFailure(result)
    if (failure) throw failure
    return undefined
  }
}
