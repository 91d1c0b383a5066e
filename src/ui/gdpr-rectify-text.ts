import type { Correction, Rectified } from '../privacy/rectify.js'
import { bytesText } from './numbers.js'
import { safeText } from './safe-text.js'
import { commandText } from './shell-quote.js'
import { jsonText } from './stats-json.js'

/** What would be sent; without a line end. */
export function correctionText(correction: Correction, format: 'text' | 'json'): string {
  const { target, source, type, body, isSent } = correction
  if (format === 'json') {
    return jsonText({ schema: 'evt.rectification-plan/1', target, source, type, isSent })
  }
  const bytes = bytesText(Buffer.byteLength(body))
  const name = source === '' ? type : `${source}/${type}`
  const then = isSent ? 'sent already, its evidence is missing' : 'archives stay as they are'
  return `correct   ${safeText(name)}, ${bytes}   to ${safeText(target)}; ${then}`
}

/** That it was sent; without a line end. */
export function rectifiedText(
  { manifest, isBefore }: Rectified,
  bundle: string,
  format: 'text' | 'json',
): string {
  if (format === 'json') return jsonText({ ...manifest })
  const when = isBefore ? ` since ${manifest.sent.at}: not sent again` : ''
  return [
    `sent: ${safeText(manifest.sent.target)} has it as ${safeText(manifest.sent.messageId)}${when}`,
    `the evidence is in ${safeText(bundle)}; the key of its hashes is beside it`,
    '',
    `next  ${commandText(['evt', 'gdpr', 'verify', bundle])}`,
  ].join('\n')
}
