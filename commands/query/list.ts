import { BaseCommand } from '../../src/cli/base-command.js'
import { outputFlags, sourceFlags } from '../../src/cli/flags.js'

export default class QueryList extends BaseCommand {
  static override summary = 'the questions that evt query knows'
  static override description =
    'Those that evt ships, and those of the folders that queries: in evt.yaml names.'
  static override examples = [
    '<%= config.bin %> query list',
    '<%= config.bin %> query list -o json',
  ]
  static override flags = { config: sourceFlags.config, ...outputFlags('text', 'json', 'html') }

  override async run() {
    const { flags } = await this.parse(QueryList)
    const { catalogueOf } = await import('../../src/questions/catalogue.js')
    const { catalogueJson, catalogueText } = await import('../../src/ui/catalogue-text.js')
    const { env } = process
    const questions = await catalogueOf({ file: flags.config, env, cwd: process.cwd() })
    const { isJson, print } = this.answer(flags)
    if (isJson) print(catalogueJson(questions))
    else this.print(catalogueText(questions, await this.style(flags)))
    return undefined
  }
}
