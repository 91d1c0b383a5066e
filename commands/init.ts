import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.js'
import { confirmed } from '../src/cli/confirm.js'
import { awsFlags, outputFlags, sourceArgs, sourceFlags } from '../src/cli/flags.js'
import { initRequest, sampleFlags } from '../src/cli/init-request.js'
import { unwritten } from '../src/cli/unwritten.js'

export default class Init extends BaseCommand {
  static override summary = 'propose an evt.yaml for events, with the evidence for each line'
  static override description =
    'Looks at some records all over an archive, or at what comes of a live SOURCE, and guesses ' +
    'which field means what: ids, times, keys, sequences, entities. Each guess says what speaks ' +
    'for it; what finds no evidence is left out and named. Asks before it writes; a file that is ' +
    'there already is kept.'
  static override examples = [
    '<%= config.bin %> init archive/',
    '<%= config.bin %> init archive/ --yes',
    '<%= config.bin %> init archive/ --map key=$.detail.orderId --dry-run',
    '<%= config.bin %> init sns://orders --duration 1m',
    '<%= config.bin %> init --schema > evt.schema.json',
  ]
  static override args = sourceArgs
  static override flags = {
    ...sourceFlags,
    ...sampleFlags,
    ...awsFlags,
    to: Flags.string({ default: 'evt.yaml', helpValue: 'FILE', description: 'the file to write' }),
    yes: Flags.boolean({ exclusive: ['dry-run'], description: 'write without asking' }),
    'dry-run': Flags.boolean({ description: 'only show what would be written' }),
    force: Flags.boolean({ description: 'replace events: of a file that is there already' }),
    schema: Flags.boolean({ description: 'print the JSON Schema of evt.yaml, for editors' }),
    ...outputFlags('text', 'json', 'html'),
  }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(Init)
    if (flags.schema) {
      const { configJsonSchemaText } = await import('../src/config/json-schema.js')
      this.print(configJsonSchemaText().trimEnd())
      return undefined
    }
    const { signal } = this
    const { runInit, interrupted } = await import('../src/init/run.js')
    const { initJson, initText } = await import('../src/ui/init-text.js')
    const { nextLines } = await import('../src/ui/next-lines.js')
    const run = await runInit(initRequest(flags, this.typed(flags, args.source)))
    const { isJson, print } = this.answer(flags)
    const { stdin, stderr } = process
    const style = await this.style(flags)
    if (!isJson) this.print(initText(run, style))
    const isEmpty = run.proposal.rules.length === 0
    const canAsk = stdin.isTTY === true && stderr.isTTY === true && !isJson
    const isAsked = !flags.yes && !flags['dry-run'] && !isEmpty && canAsk
    const answer = isAsked ? await confirmed(`\nwrite ${flags.to}?`, signal) : flags.yes === true
    if (answer === null) throw interrupted(flags.to)
    const written = answer && !isEmpty
    if (written) await run.write()
    if (isJson) print(initJson(run, written))
    else if (written) this.print([`\nwrote ${flags.to}`, ...nextLines(run.next, style)].join('\n'))
    if (isAsked && !answer) this.note('nothing was written', flags)
    if (written || isAsked || flags['dry-run']) return undefined
    const { sources, proposal } = run
    throw unwritten({ isEmpty, isJson, events: proposal.events, argv: this.argv, sources })
  }
}
