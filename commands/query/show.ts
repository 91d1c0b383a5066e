import * as Args from '@oclif/core/args'
import { BaseCommand } from '../../src/cli/base-command.js'
import { sourceFlags, voiceFlags } from '../../src/cli/flags.js'

export default class QueryShow extends BaseCommand {
  static override summary = 'the SQL of a question, with what it is asked with'
  static override description =
    'Prints the file of a question: a start for one of your own, asked with evt query --file.'
  static override examples = [
    '<%= config.bin %> query show latency/by-window',
    '<%= config.bin %> query show duplicates/by-id > mine.sql',
  ]
  static override args = {
    name: Args.string({ required: true, description: 'a name of evt query list' }),
  }
  static override flags = { config: sourceFlags.config, ...voiceFlags }

  override async run() {
    const { args, flags } = await this.parse(QueryShow)
    const { catalogueOf, questionNamed } = await import('../../src/questions/catalogue.js')
    const { env } = process
    const questions = await catalogueOf({ file: flags.config, env, cwd: process.cwd() })
    this.print(questionNamed(questions, args.name).sql)
    return undefined
  }
}
