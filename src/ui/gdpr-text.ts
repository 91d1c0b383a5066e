import type { FindResult } from '../privacy/find.js'
import type { SealedManifest } from '../privacy/manifest.js'
import type { VerifyResult } from '../privacy/verified.js'
import { counted } from '../stats/findings/phrases.js'
import { asciiText } from './ascii.js'
import { recipientLines } from './gdpr-recipients-text.js'
import { bytesText, countText } from './numbers.js'
import { safeText } from './safe-text.js'
import { commandText } from './shell-quote.js'
import { jsonText } from './stats-json.js'
import type { TextStyle } from './style.js'
import { type Column, tableLines, usedLines } from './table.js'

type Format = 'text' | 'json'

const typeColumns: readonly Column[] = [
  { title: 'type', align: 'left', shrinkTo: 32 },
  { title: 'source', align: 'left', shrinkTo: 24 },
  { title: 'events', align: 'right' },
]
const hitColumns: readonly Column[] = [
  { title: 'events', align: 'right' },
  { title: 'value at', align: 'left', shrinkTo: 40 },
  { title: '', align: 'left' },
]
const placeColumns: readonly Column[] = [
  { title: 'events', align: 'right' },
  { title: 'type', align: 'left', shrinkTo: 24 },
  { title: 'source', align: 'left', shrinkTo: 16 },
  { title: 'value at', align: 'left', shrinkTo: 32 },
  { title: '', align: 'left' },
]
const companionColumns: readonly Column[] = [
  { title: 'events', align: 'right' },
  { title: 'with', align: 'left', shrinkTo: 40 },
  { title: '', align: 'left', shrinkTo: 32 },
]

/** What a bundle holds, where, and what to do with it; without a line end. */
export function renderExtract(
  manifest: SealedManifest,
  folder: string,
  format: Format,
  style: TextStyle,
): string {
  if (format === 'json') return jsonText({ ...manifest })
  const { counts, types, hits, masked, partial, files } = manifest
  const { matched, matchedByEntity, events, objectsRead, bytesRead } = counts
  const searched = `${counted(objectsRead, 'object')}, ${bytesText(bytesRead)} searched`
  const head = `${counted(matched, 'event')} of ${countText(events)}   ${searched}`
  const alone = matched - matchedByEntity
  const because =
    hits.length === 0
      ? []
      : [`${counted(matchedByEntity, 'event')} by entity, ${countText(alone)} by a value alone`]
  const lines = [
    `${safeText(folder)}   ${head}${partial ? '   partial !' : ''}`,
    ...because,
    ...below(usedLines(typeColumns, types.map(typeRow), style)),
    ...below(hits.length === 0 ? [] : usedLines(hitColumns, hits.map(hitRow), style)),
    ...below(manifest.claims.length === 0 ? [] : claimLines(manifest.claims)),
    ...below(manifest.recipients ? recipientLines(manifest.recipients, style) : []),
    ...below(masked.length === 0 ? [] : [maskedText(masked)]),
    '',
    `${[...files.map(({ name }) => name), 'manifest.json'].join(', ')}`,
    ...(manifest.encryption === null ? [] : [encryptedFor(manifest.encryption)]),
    `the key of its hashes is beside it: ${safeText(folder)}.key`,
    '',
    `next  ${commandText(['evt', 'gdpr', 'verify', folder])}`,
  ]
  return drawn(lines, style)
}

/** Whether a bundle is intact; without a line end. */
export function renderVerify(result: VerifyResult, format: Format, style: TextStyle): string {
  if (format === 'json') return jsonText({ ...result })
  const { bundle, intact, files, bytes, createdAt, matched, faults } = result
  const { changedSince = [], unasked = 0 } = result
  const what =
    matched === null ? '' : `   ${counted(matched, 'event')}, written ${safeText(createdAt ?? '')}`
  const good = `intact   ${counted(files + 1, 'file')}, ${bytesText(bytes)}${what}`
  const lines = [
    `${safeText(bundle)}   ${intact ? good : 'not what was written !'}`,
    ...faults.map(({ name, fault }) => `  ${safeText(name)} ${fault}`),
    ...(result.encrypted && intact ? [encryptedText[result.encrypted]] : []),
    ...(result.acknowledged ? acknowledgedLines(result.acknowledged) : []),
    ...below(changedSince.map(({ name, fault }) => `since then ${safeText(name)} ${fault}`)),
    ...below(unasked === 0 ? [] : [`${counted(unasked, 'object')} of S3 not looked at: offline`]),
  ]
  return drawn(lines, style)
}

function acknowledgedLines({ answered, missing, open }: NonNullable<VerifyResult['acknowledged']>) {
  const answers = `${counted(answered, 'answer')} of recipients`
  const not = open.map((id) => `${safeText(id)} does not say that it is erased !`)
  return [
    answers,
    ...not.slice(0, MOST_CLAIMS),
    ...(not.length > MOST_CLAIMS ? [`and ${not.length - MOST_CLAIMS} more`] : []),
    ...missing.slice(0, MOST_CLAIMS).map((id) => `no answer of ${safeText(id)} !`),
    ...(missing.length > MOST_CLAIMS ? [`and ${missing.length - MOST_CLAIMS} more`] : []),
  ]
}

const encryptedText = {
  readable: 'its files are encrypted, and this key reads them',
  unreadable: 'its files are encrypted, and not for this key !',
  notTried: 'its files are encrypted: whether a key reads them, --age-identity FILE asks',
}

/** Where a value is; without a line end. */
export function renderFind(result: FindResult, format: Format, style: TextStyle): string {
  if (format === 'json') return jsonText({ ...result })
  const { events, places, companions, leftOut, searched, partial } = result
  const { objects, bytes } = searched
  const read = `${counted(objects, 'object')}, ${bytesText(bytes)} searched`
  const head = `in ${counted(events, 'event')} of ${countText(searched.events)}   ${read}`
  const rows = places.map(({ events: n, type, source, path, part }) =>
    texts(countText(n), type, source, path, part ? 'in a longer text' : ''),
  )
  const others = companions.map(({ events: n, of, id }) => texts(countText(n), of, id))
  const more = leftOut.companions
  const lines = [
    `${head}${partial ? '   partial !' : ''}`,
    ...below(rows.length === 0 ? [] : usedLines(placeColumns, rows, style)),
    ...below(others.length === 0 ? [] : tableLines(companionColumns, others, style)),
    ...(more === 0 ? [] : [`and ${countText(more)} more`]),
  ]
  return drawn(lines, style)
}

function encryptedFor({ recipients, readable }: NonNullable<SealedManifest['encryption']>) {
  const keys = counted(recipients.length, 'key')
  return `encrypted for ${keys} of age; ${readable.join(', ')} can be read by anybody`
}

function typeRow({ type, source, events }: SealedManifest['types'][number]) {
  return texts(type, source, countText(events))
}

function hitRow({ path, part, count }: SealedManifest['hits'][number]) {
  return texts(countText(count), path, part ? 'in a longer text' : '')
}

const MOST_CLAIMS = 10

function claimLines(claims: SealedManifest['claims']): string[] {
  const lines = claims.slice(0, MOST_CLAIMS).map(({ address, file, reason, events }) => {
    const what = file ?? `${reason} !`
    const whose = events === null ? ' (of whom?)' : ''
    return `points to ${safeText(address)}  ${safeText(what)}${whose}`
  })
  const more = claims.length - MOST_CLAIMS
  return more > 0 ? [...lines, `and ${countText(more)} more, see manifest.json`] : lines
}

function maskedText(masked: SealedManifest['masked']): string {
  const count = masked.reduce((sum, one) => sum + one.count, 0)
  const paths = new Set(masked.map(({ path }) => path)).size
  return `${counted(count, 'place')} of others masked, at ${counted(paths, 'path')}`
}

function texts(...cells: readonly string[]) {
  return cells.map((text) => ({ text: safeText(text) }))
}

function below(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines]
}

function drawn(lines: readonly string[], style: TextStyle): string {
  const text = lines.join('\n')
  return style.unicode ? text : asciiText(text)
}
