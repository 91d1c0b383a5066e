import { EvtError } from '../errors.js'
import { type RectifyRequest, rectify } from '../privacy/rectify.js'
import { correctionText, rectifiedText } from '../ui/gdpr-rectify-text.js'
import { commandText } from '../ui/shell-quote.js'
import { confirmed } from './confirm.js'
import { whyUnasked } from './unasked.js'

interface Options {
  isDry: boolean
  isSure: boolean
  argv: readonly string[]
  format: 'text' | 'json'
  print(text: string): void
}

/** `evt gdpr rectify`: shows what would be sent, asks, and sends it. */
export async function runRectify(
  request: RectifyRequest,
  { isDry, isSure, argv, format, print }: Options,
): Promise<'interrupted' | undefined> {
  const { signal } = request
  let isCut = false
  const agree = async (correction: Parameters<typeof correctionText>[0]) => {
    if (format === 'text' || isDry) print(correctionText(correction, format))
    if (isDry || isSure) return isSure
    const canAsk =
      format === 'text' && process.stdin.isTTY === true && process.stderr.isTTY === true
    if (!canAsk) throw unasked(format, argv)
    const answer = await confirmed('\nsend it?', signal)
    isCut = answer === null
    return answer === true
  }
  const manifest = await rectify(request, agree)
  if (manifest) print(rectifiedText(manifest, request.to, format))
  return isCut ? 'interrupted' : undefined
}

function unasked(format: 'text' | 'json', argv: readonly string[]): EvtError {
  return new EvtError(`nothing was sent: ${whyUnasked(format === 'json')}`, {
    code: 'usage',
    hint: commandText(['evt', 'gdpr', 'rectify', ...argv, '--yes']),
  })
}
