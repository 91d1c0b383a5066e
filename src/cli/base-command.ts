import { once } from 'node:events'
import { Command } from '@oclif/core/command'
import pc from 'picocolors'
import type { Offer } from '../archives/offers.js'
import { EvtError } from '../errors.js'
import { withoutSecrets } from '../event/shown-url.js'
import { commandText } from '../ui/shell-quote.js'
import { wantsColor } from './color.js'
import type { Outcome } from './exit-codes.js'
import type { ColorMode, OutputFormat } from './flags.js'
import { interruption } from './interruption.js'
import { report, reportStyle } from './report.js'

export type Colors = ReturnType<typeof pc.createColors>

interface TimeZone {
  readonly tz: string
}

interface ChooserFlags {
  readonly output: OutputFormat
  readonly json: boolean
  readonly color: ColorMode
  readonly quiet: boolean
  readonly tz?: string
}

/**
 * What every command is. `run` gives how it ended: nothing for ok; 'gate' or 'inconclusive' when
 * the printed result says so. Failures are thrown as EvtError and printed by main, only there.
 */
export abstract class BaseCommand extends Command {
  abstract override run(): Promise<Outcome | undefined>

  /** Aborts on Ctrl-C, SIGTERM and SIGHUP. Without a look at it, those end evt at once. */
  protected get signal(): AbortSignal {
    return interruption()
  }

  /** Data, to stdout. A line end is added. */
  protected print(text: string): void {
    process.stdout.write(`${text}\n`)
  }

  /** Data, to stdout, as fast as its reader takes it. */
  protected async stream(pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
    for await (const piece of pieces) {
      if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
    }
  }

  /** Everything that is not data, to stderr, unless --quiet. */
  protected note(text: string, flags: { readonly quiet: boolean }): void {
    if (!flags.quiet) process.stderr.write(`${text}\n`)
  }

  #paged: { json: string; timeZone: string } | undefined
  /** With `-o html`. */
  #askedPage: TimeZone | undefined
  #isPageMade = false

  /**
   * A result that has no other forms than text and JSON: `print` takes one of them. With `-o html`,
   * what its JSON says is shown as a page when the command ends, well or not.
   */
  protected answer<T extends OutputFormat>(
    flags: { readonly output: T; readonly json: boolean; readonly quiet: boolean } & TimeZone,
  ) {
    const asked = this.format(flags)
    const format = asked === 'html' ? 'json' : (asked as Exclude<T, 'html'> | 'json')
    const { print, note } = this.voice(flags)
    const paged = (json: string) => {
      this.#paged = { json, timeZone: flags.tz }
    }
    return { format, isJson: format === 'json', note, print: asked === 'html' ? paged : print }
  }

  /** The same two, for what is called. */
  protected voice(flags: { readonly quiet: boolean }) {
    return {
      print: (text: string) => this.print(text),
      note: (text: string) => this.note(text, flags),
    }
  }

  protected colors(flags: { readonly color: ColorMode }): Colors {
    return pc.createColors(wantsColor(flags.color, process.stdout, process.env))
  }

  /** Prints what went wrong, to stderr, where evt goes on all the same. */
  protected complaint(): (error: EvtError) => void {
    const style = reportStyle(this.argv, process.stderr, process.env)
    const product = { version: this.config.version, bugs: undefined }
    return (error) => void process.stderr.write(report(error, style, product).text)
  }

  /** The chosen output, where --json is another way to write `-o json`. */
  protected format<T extends OutputFormat>(flags: {
    readonly output: T
    readonly json: boolean
    readonly tz?: string
  }): T | 'json' {
    const format = flags.json ? 'json' : flags.output
    if (format === 'html') this.#askedPage = { tz: flags.tz ?? 'UTC' }
    return format
  }

  /**
   * Asks on the terminal what to read, for who did not say it. Undefined where nobody can be asked:
   * without a terminal, and where the output is for programs.
   */
  protected sourceChooser(
    flags: ChooserFlags,
  ): ((offers: readonly Offer[]) => Promise<string>) | undefined {
    const { stdin, stderr, env } = process
    const canAsk = stdin.isTTY === true && stderr.isTTY === true && env['TERM'] !== 'dumb'
    // Asked first, so that a page is made also of nothing.
    const format = this.format(flags)
    if (!canAsk || /json$/.test(format)) return undefined
    return async (offers) => {
      const { chosenSource } = await import('./choose-source.js')
      const color = wantsColor(flags.color, stderr, env)
      const source = await chosenSource(offers, { color, signal: this.signal })
      this.note(`the same without asking:  ${this.lineWith(source)}\n`, flags)
      return source
    }
  }

  /** What was typed, with a SOURCE at its end. */
  protected lineWith(source: string): string {
    return commandText(['evt', ...(this.id ?? '').split(':'), ...this.argv, source])
  }

  /** What was typed of an archive, for what reads it. */
  protected typed<F extends ChooserFlags>(flags: F, given: readonly string[] = []) {
    const lineWith = (source: string) => this.lineWith(source)
    const { version } = this.config
    const choose = this.sourceChooser(flags)
    return { flags, version, given, choose, lineWith, signal: this.signal }
  }

  /** How text is drawn on stdout. */
  protected async style(flags: { readonly color: ColorMode; readonly tz: string }) {
    const { textStyle } = await import('../ui/terminal.js')
    const { stdout, env } = process
    const color = this.colors(flags).isColorSupported
    return textStyle({ stream: stdout, env, color, timeZone: flags.tz })
  }

  /** What a page says of how it came to be. */
  protected made(timeZone: string) {
    this.#isPageMade = true
    const { bin, version } = this.config
    const id = (this.id ?? '').split(':')
    const typed = this.argv.map(withoutSecrets)
    return { command: [bin, ...id, ...typed], version, atMs: Date.now(), timeZone }
  }

  /** Prints a result that has no page of its own kind as a page. */
  protected async page(result: object, flags: TimeZone): Promise<void> {
    const { resultPage } = await import('../../dashboards/html/result-page.js')
    process.stdout.write(await resultPage(result, this.#kind(), this.made(flags.tz)))
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    const { json, timeZone } = this.#paged ?? {}
    if (json !== undefined && timeZone !== undefined) {
      await this.page(JSON.parse(json), { tz: timeZone })
    }
    if (this.#askedPage && !this.#isPageMade) await this.#pageOfNothing(error, this.#askedPage)
    await super.finally(error)
  }

  /** Where a command ends before it has a result, since there is nothing of what was asked. */
  async #pageOfNothing(error: Error | undefined, { tz }: TimeZone): Promise<void> {
    if (!(error instanceof EvtError) || error.code !== 'inconclusive') return
    const { emptyPage } = await import('../../dashboards/html/empty-page.js')
    process.stdout.write(await emptyPage(error, this.#kind(), this.made(tz)))
  }

  #kind(): string {
    return ['evt', ...(this.id ?? '').split(':')].join(' ')
  }

  protected override async catch(error: Error): Promise<never> {
    const { parseProblem } = await import('./parse-problem.js')
    const problem = parseProblem(error, this.ctor)
    // The line that a tap itself names is one of evt tail.
    if (this.id === 'tail' || !('intrusive' in this.ctor.flags)) throw problem
    const { withTypedLine } = await import('./refused-line.js')
    throw withTypedLine(problem, {
      command: ['evt', ...(this.id ?? '').split(':')],
      argv: this.argv,
    })
  }
}
