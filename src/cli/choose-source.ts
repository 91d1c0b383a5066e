import pc from 'picocolors'
import type { Offer } from '../archives/offers.js'
import { EvtError } from '../errors.js'
import { bytesText } from '../ui/numbers.js'
import { safeText } from '../ui/safe-text.js'
import { showsUnicode } from '../ui/terminal.js'
import { padded, truncated, widthOf } from '../ui/width.js'

export interface ChooserStyle {
  readonly color: boolean
  readonly signal: AbortSignal
}

const SHOWN = 10
/** What the cursor takes at the left, and a column that stays free at the right. */
const MARGIN = 3

/**
 * Lets a person choose a SOURCE with the arrow keys. On stderr, since stdout is data.
 *
 * @throws EvtError `interrupted` for Ctrl-C and Ctrl-D, and where the signal aborts the question
 */
export async function chosenSource(
  offers: readonly Offer[],
  { color, signal }: ChooserStyle,
): Promise<string> {
  const { default: select } = await import('@inquirer/select')
  const { stdin, stderr } = process
  const names = offerLines(offers, (stderr.columns || 80) - MARGIN)
  const choices = offers.map(({ source }, n) => ({
    value: source,
    name: names[n] ?? source,
    short: source,
  }))
  const config = { message: 'What to read?', choices, pageSize: SHOWN, loop: false }
  // At the end of the input the library waits for ever, and Node ends as if all were well.
  const ended = new AbortController()
  const end = () => ended.abort()
  const onKey = (_: string, key: { ctrl: boolean; name: string }) => {
    if (key.ctrl && key.name === 'd') end()
  }
  stdin.on('keypress', onKey).once('end', end)
  const context = { input: stdin, output: stderr, signal: AbortSignal.any([signal, ended.signal]) }
  try {
    return await select({ ...config, theme: theme(color) }, context)
  } catch (cause) {
    const isEnd = cause instanceof Error && /^(ExitPrompt|AbortPrompt)Error$/.test(cause.name)
    if (!isEnd) throw cause
    throw new EvtError('interrupted: no SOURCE was chosen', { code: 'interrupted', cause })
  } finally {
    stdin.off('keypress', onKey).off('end', end)
  }
}

/** `archive/  folder  observe`, one below the other in columns. */
export function offerLines(offers: readonly Offer[], width: number): string[] {
  const rows = offers.map((offer) => [safeText(offer.source), kindText(offer), offer.safety])
  const widest = (column: number) => Math.max(...rows.map((row) => widthOf(row[column] ?? '')))
  const first = Math.min(widest(0), Math.max(10, width - 30))
  return rows.map(([source = '', kind = '', safety = '']) => {
    const name = padded(truncated(source, first), first, 'left')
    return truncated(`${name}  ${padded(kind, widest(1), 'left')}  ${safety}`, width)
  })
}

function kindText({ kind, sizeBytes, address }: Offer): string {
  if (kind === 'alias') return safeText(address ?? '')
  return sizeBytes === undefined ? kind : `${kind}, ${bytesText(sizeBytes)}`
}

/** The library decides about colour and signs by itself otherwise, without a look at --color. */
function theme(color: boolean) {
  const { bold, cyan, dim, green, red } = pc.createColors(color)
  const isUnicode = showsUnicode(process.env)
  const [cursor, done] = isUnicode ? ['❯', '✔'] : ['>', '-']
  const keys = isUnicode ? '↑↓ moves, ⏎ chooses' : 'arrows move, Enter chooses'
  return {
    prefix: { idle: cyan('?'), done: green(done) },
    icon: { cursor },
    style: {
      message: (text: string) => bold(text),
      answer: (text: string) => cyan(text),
      highlight: (text: string) => cyan(text),
      keysHelpTip: () => dim(keys),
      error: (text: string) => red(text),
    },
  }
}
