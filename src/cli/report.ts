import pc from 'picocolors'
import { EvtError } from '../errors.js'
import { safeText } from '../ui/safe-text.js'
import { jsonText } from '../ui/stats-json.js'
import { wantsColor } from './color.js'
import { exitCodes, type Outcome } from './exit-codes.js'

/** What the user asked about how errors look, read from the command line as it was typed. */
export interface ReportStyle {
  readonly json: boolean
  readonly verbose: boolean
  readonly color: boolean
}

export interface Product {
  readonly version: string
  /** Where defects are reported, from `bugs` in package.json. */
  readonly bugs: string | undefined
}

/** Reads the style even from a line that does not parse, as errors must be printed then too. */
export function reportStyle(
  argv: readonly string[],
  stderr: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): ReportStyle {
  const end = argv.indexOf('--')
  const flags = end === -1 ? argv : argv.slice(0, end)
  const value = (long: string, short?: string) =>
    flags.flatMap((word, i) => {
      if (word === long || word === short) return [flags[i + 1] ?? '']
      if (word.startsWith(`${long}=`)) return [word.slice(long.length + 1)]
      return short && /^-o./.test(word) ? [word.slice(2).replace(/^=/, '')] : []
    })[0]
  const color = value('--color') ?? env['EVT_COLOR']
  const mode = color === 'always' || color === 'never' ? color : 'auto'
  return {
    json: flags.includes('--json') || /^(nd)?json$/.test(value('--output', '-o') ?? ''),
    verbose: flags.includes('--verbose'),
    color: wantsColor(mode, stderr, env),
  }
}

/** An error as its exit code and the text for stderr, line end included. */
export function report(error: unknown, style: ReportStyle, product: Product) {
  const outcome: Outcome = error instanceof EvtError ? error.code : 'defect'
  const { exit } = exitCodes[outcome]
  const message = oneLine(error)
  const hint = error instanceof EvtError ? error.hint : defectHint(product)
  const detail = style.verbose ? detailOf(error) : undefined
  if (style.json) {
    const body = { message, code: outcome, exit, hint: hint ?? null, ...(detail && { detail }) }
    return { exit, text: `${jsonText({ schema: 'evt.error/1', error: body })}\n` }
  }
  const { red } = pc.createColors(style.color)
  const more = [hint, detail].flatMap((text) => text?.split('\n') ?? [])
  const below = more.map((line) => `     ${safeText(line)}\n`).join('')
  return { exit, text: `${red('evt:')} ${safeText(message)}\n${below}` }
}

function defectHint({ version, bugs }: Product): string {
  const where = bugs ?? 'npm bugs evt-cli'
  return [
    `this is a defect in evt ${version}, not in what you typed`,
    `report it with the output of the same line and --verbose:  ${where}`,
  ].join('\n')
}

function oneLine(error: unknown): string {
  if (error instanceof EvtError) return error.message
  const text = error instanceof Error ? error.message || error.name : String(error)
  return text.split('\n')[0] ?? ''
}

/** What --verbose adds: the stack of a defect, the cause of everything else. */
function detailOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { cause } = error
  const because = cause === undefined ? [] : [`caused by ${detailOf(cause) ?? cause}`]
  if (error instanceof EvtError) return because[0]
  return [error.stack ?? error.message, ...because].join('\n')
}
