import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.js'
import { outputFlags, progressFlags } from '../src/cli/flags.js'

export default class Demo extends BaseCommand {
  static override summary = 'see evt find every fault of a sample archive'
  static override description =
    'Makes an archive of a day with known faults in a temporary folder, measures it, and prints ' +
    'what was planted beside what was found. The archive stays, so that you can go on with it.'
  static override examples = [
    '<%= config.bin %> demo',
    '<%= config.bin %> demo --events 1000000 --seed 7',
    '<%= config.bin %> demo -o json',
  ]
  static override flags = {
    events: Flags.integer({
      default: 100_000,
      min: 5_000,
      max: 10_000_000,
      helpValue: 'N',
      description: 'how many events the archive has',
    }),
    seed: Flags.integer({
      default: 1,
      min: 0,
      helpValue: 'N',
      description: 'another number, another archive',
    }),
    ...outputFlags('text', 'json', 'html'),
    ...progressFlags,
  }

  override async run() {
    const { flags } = await this.parse(Demo)
    const { runDemo } = await import('../src/demo/demo.js')
    const { demoText } = await import('../src/ui/demo-text.js')
    const { progressFor } = await import('../src/cli/progress.js')
    const progress = await progressFor(flags)
    const { folder, faults } = await runDemo({
      events: flags.events,
      seed: flags.seed,
      signal: this.signal,
      onProgress: (state) => progress.update(state),
    }).finally(() => progress.stop())
    const equal = faults.every(({ planted, found }) => planted === found)
    const { isJson, print } = this.answer(flags)
    if (isJson) {
      print(JSON.stringify({ schema: 'evt.demo/1', archive: folder, equal, faults }))
    } else {
      const next = [[], ['--by', 'hour'], ['--type', 'job*', '--output', 'json']]
      const commands = next.map((more) => ['evt', 'stats', folder, ...more])
      this.print(`an archive of one day with planted faults: ${folder}\n`)
      this.print(demoText(faults, commands, await this.style(flags)))
    }
    return equal ? undefined : ('gate' as const)
  }
}
