import { EvtError } from '../errors.js'
import { type Correction, type RectifyRequest, rectify } from '../privacy/rectify.js'
import { correctionText, rectifiedText } from '../ui/gdpr-rectify-text.js'
import { confirmed } from './confirm.js'
import { whyUnasked } from './unasked.js'

interface Options {
  isDry: boolean
  isSure: boolean
  format: 'text' | 'json'
  print(text: string): void
}

/** `evt gdpr rectify`: shows what would be sent, asks, and sends it. */
export async function runRectify(
  request: RectifyRequest,
  { isDry, isSure, format, print }: Options,
): Promise<'interrupted' | undefined> {
  const { signal } = request
  let isCut = false
  const agree = async (correction: Correction) => {
    if (correction.isSent && !isDry) return true
    if (format === 'text' || isDry) print(correctionText(correction, format))
    if (isDry || isSure) return isSure
    const canAsk =
      format === 'text' && process.stdin.isTTY === true && process.stderr.isTTY === true
    if (!canAsk) throw unasked(format)
    const answer = await confirmed('\nsend it?', signal)
    isCut = answer === null
    return answer === true
  }
  const done = await rectify(request, agree)
  if (done) print(rectifiedText(done, request.to, format))
  return isCut ? 'interrupted' : undefined
}

function unasked(format: 'text' | 'json'): EvtError {
  return new EvtError(`nothing was sent: ${whyUnasked(format === 'json')}`, {
    code: 'usage',
    // The line names the person, and errors are kept in logs.
    hint: 'the same line with --yes sends it without asking',
  })
}
