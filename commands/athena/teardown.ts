import { athenaConsent, athenaNames } from '../../src/cli/athena-flags.js'
import { BaseCommand } from '../../src/cli/base-command.js'
import { awsFlags, outputFlags, sourceFlags } from '../../src/cli/flags.js'

export default class AthenaTeardown extends BaseCommand {
  static override summary = 'take away what evt athena setup made'
  static override description =
    'Drops the table and the view, and the workgroup where evt made it. The archive, the results ' +
    'of queries and the database stay.'
  static override examples = [
    '<%= config.bin %> athena teardown --dry-run',
    '<%= config.bin %> athena teardown --database events --yes',
  ]
  static override flags = {
    ...athenaNames,
    ...athenaConsent,
    config: sourceFlags.config,
    ...awsFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run(): Promise<undefined> {
    const { flags } = await this.parse(AthenaTeardown)
    const { tearDownAthena } = await import('../../src/cli/athena-run.js')
    const { argv, signal } = this
    await tearDownAthena({ flags, argv, signal, ...this.answer(flags) })
  }
}
