import * as Flags from '@oclif/core/flags'
import { athenaConsent, athenaNames } from '../../src/cli/athena-flags.js'
import { BaseCommand } from '../../src/cli/base-command.js'
import {
  awsFlags,
  outputFlags,
  progressFlags,
  sourceArgs,
  sourceFlags,
} from '../../src/cli/flags.js'

export default class AthenaSetup extends BaseCommand {
  static override summary = 'make what Athena needs to be asked about an archive in S3'
  static override description =
    'A table of the lines of the archive, partitioned by its folders where they are days or ' +
    'hours, a view of its events, read by the mapping, and a workgroup that ends queries which ' +
    'scan too much. Shows all of it and asks. Nothing of the archive is changed; its smallest ' +
    'object is read before, to refuse what Athena cannot read.'
  static override examples = [
    '<%= config.bin %> athena setup s3://acme/archive --results s3://acme/results/ --dry-run',
    '<%= config.bin %> athena setup s3://acme/archive --results s3://acme/results/ --yes',
    '<%= config.bin %> athena setup s3://acme/archive --index s3://acme/index/ --yes',
  ]
  static override args = sourceArgs
  static override flags = {
    ...athenaNames,
    results: Flags.string({
      helpValue: 's3://BUCKET/PREFIX/',
      description: 'where Athena puts the results of queries',
    }),
    index: Flags.string({
      helpValue: 's3://BUCKET/PREFIX/',
      description:
        'where evt index build --to put the index of the archive: tables of it, too, by which ' +
        'evt audit and evt gdpr extract find an entity without a look at the archive',
    }),
    ...athenaConsent,
    ...sourceFlags,
    ...awsFlags,
    ...progressFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(AthenaSetup)
    const { setUpAthena } = await import('../../src/cli/athena-run.js')
    const typed = this.typed(flags, args.source)
    await setUpAthena({ ...typed, argv: this.argv, ...this.answer(flags) })
  }
}
