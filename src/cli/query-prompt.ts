import { createInterface, type Interface } from 'node:readline'
import type { ResultRows } from '../engines/engine.js'
import { EvtError } from '../errors.js'
import {
  type Conversation,
  type ConversationRequest,
  converse,
  isCall,
} from '../questions/conversation.js'
import { splitStatements } from '../questions/statements.js'
import { catalogueText } from '../ui/catalogue-text.js'
import { countText } from '../ui/numbers.js'
import { safeText } from '../ui/safe-text.js'
import type { TextStyle } from '../ui/style.js'
import { promptCompletions } from './query-completion.js'

export interface PromptPlace {
  readonly style: TextStyle
  /** Ends the prompt. */
  readonly signal: AbortSignal
  /** Prints the rows of an answer. */
  show(rows: ResultRows, isPartial: () => boolean): Promise<void>
  /** Prints what is wrong. */
  complain(error: EvtError): void
}

const FIRST = 'evt> '
const NEXT = '...> '

const help = [
  'A statement of SQL ends with ; and may go over several lines. It asks the views events,',
  'undecodable, fields and flow_steps. A question of the catalogue is asked by its name, with its',
  'parameters behind it: counts/volume window=1m',
  '',
  '.list  the questions of the catalogue',
  '.help  this',
  '.quit  leaves, as Ctrl-D does',
  '',
  'Tab completes tables, columns, types (in quotes) and names. Ctrl-C ends a statement that runs,',
  'and else clears what was typed.',
].join('\n')

/**
 * Reads an archive, then asks a person for questions until they leave, and answers each.
 *
 * @returns why the run does not end well
 */
export function talkAbout(
  request: ConversationRequest,
  place: PromptPlace,
): Promise<EvtError | undefined> {
  return converse(request, (conversation) => new QueryPrompt(conversation, place).run())
}

class QueryPrompt {
  /** Lines of a statement that is not at its end. */
  private before = ''
  private running: AbortController | undefined
  private hasLeft = false
  private readonly lines: Interface

  constructor(
    private readonly conversation: Conversation,
    private readonly place: PromptPlace,
  ) {
    const { stdin: input, stdout: output } = process
    this.lines = createInterface({
      ...{ input, output, signal: place.signal, terminal: true, historySize: 500 },
      completer: (line: string) => promptCompletions(this.before, line, conversation),
    })
    this.lines.on('SIGINT', () => this.interrupt())
    this.lines.on('close', () => this.leave())
  }

  async run(): Promise<void> {
    const { conversation, place, lines } = this
    this.print(greeting(conversation))
    if (conversation.partly) place.complain(conversation.partly)
    this.ask()
    for await (const line of lines) {
      await this.take(line)
      if (line.trim() === '.quit') break
      this.ask()
    }
    lines.close()
    this.print('')
    if (place.signal.aborted) throw new EvtError('interrupted', { code: 'interrupted' })
  }

  private ask(): void {
    if (this.hasLeft) return
    this.lines.setPrompt(this.before === '' ? FIRST : NEXT)
    this.lines.prompt()
  }

  private async take(line: string): Promise<void> {
    const said = line.trim()
    if (this.before === '' && said.startsWith('.')) return this.obey(said)
    if (this.before === '' && isCall(said.replace(/;$/, ''), this.conversation.catalogue)) {
      await this.answer(said.replace(/;$/, ''))
      return
    }
    const { statements, rest } = splitStatements(`${this.before}${line}\n`)
    this.before = rest
    for (const statement of statements) {
      if ((await this.answer(statement)) === 'interrupted') return
    }
  }

  private obey(command: string): void {
    const { style } = this.place
    if (command === '.help') this.print(help)
    else if (command === '.list') this.print(catalogueText(this.conversation.catalogue, style))
    else if (command !== '.quit') {
      const hint = '.help, .list, .quit'
      this.place.complain(new EvtError(`there is no ${command}`, { code: 'usage', hint }))
    }
  }

  private async answer(statement: string): Promise<'interrupted' | 'answered'> {
    const { conversation, place } = this
    const running = new AbortController()
    this.running = running
    const { signal } = running
    try {
      await conversation.ask(statement, signal, (rows) => place.show(rows, () => signal.aborted))
      const message = 'interrupted: these are not all the rows'
      if (signal.aborted) throw new EvtError(message, { code: 'interrupted' })
    } catch (error) {
      if (!(error instanceof EvtError)) throw error
      place.complain(error)
    } finally {
      this.running = undefined
    }
    return signal.aborted ? 'interrupted' : 'answered'
  }

  private interrupt(): void {
    if (this.running) {
      this.running.abort()
      return
    }
    this.before = ''
    // To the end of the line, and away with what is before it.
    this.lines.write(null, { ctrl: true, name: 'e' })
    this.lines.write(null, { ctrl: true, name: 'u' })
    this.ask()
  }

  private leave(): void {
    this.hasLeft = true
    this.running?.abort()
  }

  private print(text: string): void {
    process.stdout.write(`${text}\n`)
  }
}

function greeting({ searched, types, sources }: Conversation): string {
  const events = `${countText(searched.chosen)} event${searched.chosen === 1 ? '' : 's'}`
  const kinds = `${countText(types.length)} type${types.length === 1 ? '' : 's'}`
  return `${events} of ${kinds} in ${safeText(sources.join(' '))}; .help helps, Ctrl-D leaves`
}
