import type { Applied } from '../privacy/apply-erasure.js'
import type { ErasePlan, PlannedObject, PlannedPayloads } from '../privacy/erase-plan.js'
import { counted } from '../stats/findings/phrases.js'
import { asciiText } from './ascii.js'
import { recipientLines } from './gdpr-recipients-text.js'
import { bytesText, countText } from './numbers.js'
import { safeText } from './safe-text.js'
import { commandText } from './shell-quote.js'
import { jsonText } from './stats-json.js'
import type { TextStyle } from './style.js'
import { type Column, usedLines } from './table.js'

const columns: readonly Column[] = [
  { title: 'object', align: 'left', shrinkTo: 32 },
  { title: 'records', align: 'right' },
  { title: 'dropped', align: 'right' },
  { title: 'blanked', align: 'right' },
  { title: 'values', align: 'right' },
  { title: 'held', align: 'right' },
  { title: 'left', align: 'right' },
]

/** What a plan says, without naming the subject; without a line end. */
export function renderPlan(
  plan: ErasePlan,
  file: string,
  format: 'text' | 'json',
  style: TextStyle,
  isApplying = false,
): string {
  const { objects, versions, refused, searched, mode, mentions, holds, createdAt, sources } = plan
  if (format === 'json') {
    return jsonText({
      ...{ schema: 'evt.erasure-plan/1', plan: file, createdAt, sources, mode, mentions, holds },
      ...{ searched: { ...searched }, total: { ...totalOf(objects) } },
      objects: objects.map(({ path, bytes, sha256, counts, notes }) => ({
        ...{ path, bytes, sha256, ...counts, ...(notes && { notes }) },
      })),
      ...(versions && { versions: versions.map((one) => ({ ...one })) }),
      refused: refused.map((one) => ({ ...one })),
      claims: plan.claims,
      ...(plan.payloads && { payloads: payloadsJson(plan.payloads) }),
      ...(plan.recipients && { recipients: { ...plan.recipients } }),
    })
  }
  const total = totalOf(objects)
  const where = `${counted(searched.objects, 'object')}, ${bytesText(searched.bytes)} searched`
  const rows = objects.map(({ path, counts }) => {
    const { units, dropped, changed, mentioned, held, left } = counts
    const numbers = [dropped, changed, mentioned, held].map((n) => ({
      text: n === 0 ? '' : countText(n),
    }))
    const last = left === 0 ? { text: '' } : { text: countText(left), wrong: true }
    return [{ text: safeText(path) }, { text: countText(units) }, ...numbers, last]
  })
  const lines = [
    `${safeText(file)}   ${summary(total)}   ${where}`,
    ...(rows.length === 0 ? [] : ['', ...usedLines(columns, rows, style)]),
    ...noteLines(plan),
    ...versionLines(plan),
    ...(plan.recipients ? ['', ...recipientLines(plan.recipients, style)] : []),
    ...(refused.length === 0 ? [] : ['']),
    ...refused.map(({ path, reason }) => `${safeText(path)} ${reason} !`),
    ...payloadLines(plan),
    ...(isApplying ? [] : ['', ...next(file)]),
  ]
  const text = lines.join('\n')
  return style.unicode ? text : asciiText(text)
}

/** What a file says otherwise of itself then. */
function noteLines({ objects }: ErasePlan): string[] {
  const lines = objects.flatMap(({ path, notes = [] }) =>
    notes.map((note) => `${safeText(path)}: ${safeText(note)}`),
  )
  return lines.length === 0 ? [] : ['', ...lines]
}

/** What goes beside what is there now. */
function versionLines({ objects, versions, searched }: ErasePlan): string[] {
  if (!versions) return []
  const current = objects.filter(({ stored }) => stored && stored.versionId !== null).length
  const older = versions.filter(({ isMarker }) => !isMarker).length
  const markers = versions.length - older
  const read = searched.versions ?? 0
  if (current + read === 0) return []
  const marked = markers === 0 ? '' : `, and ${counted(markers, 'delete marker')}`
  const what = `${counted(older + current, 'version')}${marked}`
  return ['', `for good   ${what} that the bucket keeps; ${counted(read, 'older one')} searched`]
}

const MOST_CLAIMS = 10

function payloadsJson({ erased, left, ...rest }: PlannedPayloads) {
  const all = erased.map(({ versions, ...one }) => ({
    ...one,
    ...(versions && { versions: versions.map((each) => ({ ...each })) }),
  }))
  return { ...rest, erased: all, left: left.map((one) => ({ ...one })) }
}

/** What erased events point to. */
function payloadLines({ claims, payloads }: ErasePlan): string[] {
  if (!payloads) return claims.length === 0 ? [] : ['', ...claimLines(claims)]
  const { from, erased, left, gone, unread } = payloads
  const bytes = erased.reduce((sum, one) => sum + one.bytes, 0)
  const older = erased.reduce((sum, { versions = [] }) => sum + Math.max(0, versions.length - 1), 0)
  const where = from === 's3' ? '' : ` in ${safeText(from)}`
  const more = [
    ...(older === 0 ? [] : [`${counted(older, 'older version')} of them`]),
    ...(gone === 0 ? [] : [`${countText(gone)} gone already`]),
    ...(unread === 0 ? [] : [`${countText(unread)} could not be read (of whom?)`]),
  ]
  const what = `${counted(erased.length, 'payload')}${where}, ${bytesText(bytes)}`
  return [
    '',
    [`for good   ${what}, that only erased events point to`, ...more].join('; '),
    ...erased.slice(0, MOST_CLAIMS).map(({ address }) => `  ${safeText(address)}`),
    ...moreLine(erased.length - MOST_CLAIMS),
    ...left.map(({ address, reason }) => `${safeText(address)} ${safeText(reason)} !`),
  ]
}

function moreLine(more: number): string[] {
  return more > 0 ? [`  and ${countText(more)} more, see the plan`] : []
}

function claimLines(claims: readonly string[]): string[] {
  return [
    'what these events point to is not erased with them: ' +
      'plan with --follow-claims s3, or delete it',
    ...claims.slice(0, MOST_CLAIMS).map((address) => `  ${safeText(address)}`),
    ...moreLine(claims.length - MOST_CLAIMS),
  ]
}

function next(file: string): string[] {
  return [
    'nothing was changed; the plan names the subject, keep it to yourself',
    `next  ${commandText(['evt', 'gdpr', 'erase', '--apply', file])}`,
  ]
}

/** The question before anything is changed. */
export function eraseQuestion({ objects, versions = [], payloads }: ErasePlan): string {
  const total = totalOf(objects)
  const older = versions.length === 0 ? '' : `, remove ${counted(versions.length, 'older version')}`
  const of = payloads?.erased.length ?? 0
  const pointed = of === 0 ? '' : `, remove ${counted(of, 'payload')}`
  return `${summary(total)}: write ${counted(objects.length, 'object')} again${older}${pointed}?`
}

/** How it ended. @param applied null: it was applied before */
export function appliedText(
  file: string,
  applied: Applied | null,
  format: 'text' | 'json',
  bundle?: string,
): string {
  const { objects = 0, versions = 0, indexes = 0, copies } = applied ?? {}
  if (format === 'json') {
    const notified = applied?.notified ? { ...applied.notified } : null
    const made = { before: applied === null, bundle: bundle ?? null }
    const replayCopies = { erased: copies?.erased ?? 0, removed: copies?.removed ?? 0 }
    const payloads = applied?.payloads && {
      payloads: {
        erased: applied.payloads.erased.length,
        left: applied.payloads.left.map((one) => ({ ...one })),
      },
    }
    const result = { objects, versions, indexes, replayCopies, ...payloads, ...made, notified }
    return jsonText({ schema: 'evt.erasure-applied/1', proof: file, ...result })
  }
  if (!applied) return `${safeText(file)} was applied already`
  const dropped = indexes === 0 ? '' : `, ${counted(indexes, 'index', 'indexes')} removed`
  const older = versions === 0 ? '' : `, ${counted(versions, 'older version')} removed`
  const removed = `${older}${pointedText(applied)}${dropped}`
  return [
    '',
    `erased: ${counted(objects, 'object')} written again${removed}`,
    `the plan was replaced by its proof, which names nobody; its key is ${safeText(file)}.key`,
    ...(applied.payloads?.left ?? []).map(({ address, reason }) => {
      return `${safeText(address)} ${safeText(reason)} !`
    }),
    ...copyLines(applied),
    ...(applied.notified ? [`told: ${safeText(applied.notified.target)}`] : []),
    ...(bundle === undefined ? [] : [`the evidence is in ${safeText(bundle)}`]),
    '',
    `next  ${commandText(['evt', 'gdpr', 'verify', bundle ?? file])}`,
  ].join('\n')
}

function pointedText({ payloads }: Applied): string {
  const removed = payloads?.erased.length ?? 0
  return removed === 0 ? '' : `, ${counted(removed, 'payload')} removed`
}

/** What replays of streams and queues had recorded. */
function copyLines({ copies: { erased, removed, left, journals } }: Applied): string[] {
  const parts = [
    ...(erased === 0 ? [] : [`${counted(erased, 'file')} written again`]),
    ...(removed === 0 ? [] : [`${counted(removed, 'recording')} removed`]),
  ]
  const lines = parts.length === 0 ? [] : [`in the cache of evt replay: ${parts.join(', ')}`]
  return [
    ...lines,
    ...left.map((folder) => `${safeText(folder)} holds what has to be kept !`),
    ...journals.map((file) => {
      return `${safeText(file)} holds an identifier: remove it when what it is of is done !`
    }),
  ]
}

type Total = Pick<PlannedObject['counts'], 'dropped' | 'changed' | 'mentioned' | 'held' | 'left'>

function totalOf(objects: readonly PlannedObject[]): Total {
  const sum = (of: keyof Total) => objects.reduce((all, { counts }) => all + counts[of], 0)
  return {
    ...{ dropped: sum('dropped'), changed: sum('changed'), mentioned: sum('mentioned') },
    ...{ held: sum('held'), left: sum('left') },
  }
}

function summary({ dropped, changed, mentioned, held }: Total): string {
  const parts = [
    `drop ${counted(dropped, 'event')}`,
    ...(changed === 0 ? [] : [`blank ${counted(changed, 'event')}`]),
    ...(mentioned === 0 ? [] : [`erase ${counted(mentioned, 'value')}`]),
    ...(held === 0 ? [] : [`hold ${countText(held)}`]),
  ]
  return parts.join(', ')
}
