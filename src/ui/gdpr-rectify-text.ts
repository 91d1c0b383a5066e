import type { RectificationManifest, Sealed } from '../privacy/manifest.js'
import type { Correction } from '../privacy/rectify.js'
import { bytesText } from './numbers.js'
import { safeText } from './safe-text.js'
import { commandText } from './shell-quote.js'
import { jsonText } from './stats-json.js'

/** What would be sent; without a line end. */
export function correctionText(correction: Correction, format: 'text' | 'json'): string {
  const { target, source, type, body } = correction
  if (format === 'json') {
    return jsonText({ schema: 'evt.rectification-plan/1', target, source, type })
  }
  const bytes = bytesText(Buffer.byteLength(body))
  const name = source === '' ? type : `${source}/${type}`
  return `correct   ${safeText(name)}, ${bytes}   to ${safeText(target)}; archives stay as they are`
}

/** That it was sent; without a line end. */
export function rectifiedText(
  manifest: Sealed<RectificationManifest>,
  bundle: string,
  format: 'text' | 'json',
): string {
  if (format === 'json') return jsonText({ ...manifest })
  return [
    `sent: ${safeText(manifest.sent.target)} has it as ${safeText(manifest.sent.messageId)}`,
    `the evidence is in ${safeText(bundle)}; the key of its hashes is beside it`,
    '',
    `next  ${commandText(['evt', 'gdpr', 'verify', bundle])}`,
  ].join('\n')
}
