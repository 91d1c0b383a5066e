import { Help } from '@oclif/core/help'
import { topics } from './topics/index.js'

/** oclif's help, and below its list of commands the topics of `evt help`. */
export default class EvtHelp extends Help {
  override async showRootHelp(): Promise<void> {
    await super.showRootHelp()
    const rows = topics.map(({ name, summary }): [string, string] => [`help ${name}`, summary])
    const list = this.renderList(rows, { indentation: 2, spacer: '\n' })
    this.log(`${this.section('HELP', list)}\n`)
  }
}
