import * as Flags from '@oclif/core/flags'
import { awsFlags, awsOptions, eventFlags, outputFlags } from '../../src/cli/flags.js'
import { GdprCommand } from '../../src/cli/gdpr-command.js'
import { receivedMs, subjectFlags, subjectOf } from '../../src/cli/gdpr-flags.js'
import { recipientFlags, topologyGiven } from '../../src/cli/gdpr-topology.js'

export default class GdprRectify extends GdprCommand {
  static override summary = 'send an event that corrects what was said of a person (Art. 16)'
  static override description =
    'Archives stay as they are: what happened was said. An event that corrects it, as your ' +
    'consumers know such events, is sent to a sink, if the mapping says that it is about the ' +
    'person; and a bundle of evidence tells that it was: the event, where it went, and who gets ' +
    'it by --topology. evt gdpr verify checks it.'
  static override examples = [
    '<%= config.bin %> gdpr rectify --entity user:42 --event fix.json --notify sqs://fixes --to b',
  ]
  static override flags = {
    entity: subjectFlags.entity,
    event: Flags.string({
      helpValue: 'FILE',
      required: true,
      description: 'the event that corrects, as JSON',
    }),
    notify: Flags.string({
      helpValue: 'SINK',
      required: true,
      description: 'where it goes: sqs://…, sns://…, eventbridge://…, a URL, a file',
    }),
    to: Flags.string({
      helpValue: 'DIR|FILE.zip',
      required: true,
      description: 'write the evidence here',
    }),
    operator: Flags.string({
      helpValue: 'NAME',
      description: 'who answers for it, for the record',
    }),
    received: subjectFlags.received,
    'dry-run': Flags.boolean({ description: 'tell what would be sent, and send nothing' }),
    yes: Flags.boolean({ exclusive: ['dry-run'], description: 'do not ask' }),
    ...recipientFlags,
    map: eventFlags.map,
    preset: eventFlags.preset,
    config: eventFlags.config,
    ...awsFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run() {
    const { flags } = await this.parse(GdprRectify)
    const { runRectify } = await import('../../src/cli/gdpr-rectify-run.js')
    const { event, notify, to, config, operator = null, preset } = flags
    const nowMs = Date.now()
    const subject = subjectOf({ entity: flags.entity, 'ignore-case': false, deep: false })
    this.keepOut(subject)
    const request = {
      ...{ subject, event, notify, to, config, operator, nowMs },
      ...{ maps: flags.map ?? [], presets: preset === undefined ? undefined : [preset] },
      ...{ topology: await topologyGiven(flags, this.signal), aws: awsOptions(flags) },
      ...{ version: this.config.version, receivedMs: receivedMs(flags, nowMs) },
      ...{ cwd: process.cwd(), env: process.env, signal: this.signal },
    }
    const { isJson, print } = this.answer(flags)
    return runRectify(request, {
      ...{ isDry: flags['dry-run'] === true, isSure: flags.yes === true },
      ...{ format: isJson ? 'json' : 'text', print },
    })
  }
}
