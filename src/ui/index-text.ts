import type { IndexResult } from '../indexing/result.js'
import { counted } from '../stats/findings/phrases.js'
import { asciiText } from './ascii.js'
import { nextLines } from './next-lines.js'
import { bytesText, countText } from './numbers.js'
import { safeText } from './safe-text.js'
import { jsonText } from './stats-json.js'
import type { TextStyle } from './style.js'
import { momentText } from './times.js'

/** An index and its state, without a line end. */
export function renderIndex(
  result: IndexResult,
  format: 'text' | 'json',
  style: TextStyle,
): string {
  if (format === 'json') return jsonText(result)
  const text = lines(result, style).join('\n')
  return style.unicode ? text : asciiText(text)
}

function lines(result: IndexResult, style: TextStyle): string[] {
  const { sources, builtAt, objects, events, undecodable, indexBytes, archiveBytes } = result
  const first = [`index   ${safeText(result.folder)}`, `state   ${stateText(result)}`]
  if (builtAt === null)
    return [...first, ...nextLines([['evt', 'index', 'build', ...sources]], style)]
  const bad = undecodable === 0 ? '' : `, ${countText(undecodable)} undecodable`
  return [
    ...first,
    `built   ${momentText(builtAt, style.timeZone)}${changes(result)}`,
    `holds   ${counted(events, 'event')} of ${counted(objects, 'object')}${bad}`,
    `takes   ${bytesText(indexBytes)}, the archive ${bytesText(archiveBytes)}`,
    ...(result.copy === undefined ? [] : [`put     ${safeText(result.copy)}`]),
    ...(result.erased ? [`again   ${counted(result.erased, 'event')} of who was erased !`] : []),
  ]
}

function changes({ added, removed }: IndexResult): string {
  if (added === undefined || removed === undefined) return ''
  const gone = removed === 0 ? '' : `, ${countText(removed)} given up`
  return `, ${counted(added, 'object')} read${gone}`
}

function stateText({ state, missing, gone }: IndexResult): string {
  if (state === 'stale') {
    const parts = [
      ...(missing ? [`${counted(missing, 'object')} of the archive ${is(missing)} not in it`] : []),
      ...(gone ? [`${counted(gone, 'object')} in it ${is(gone)} gone or changed`] : []),
    ]
    return `stale: ${parts.join(', ')}`
  }
  return stateWords[state]
}

function is(count: number): string {
  return count === 1 ? 'is' : 'are'
}

const stateWords: Readonly<Record<Exclude<IndexResult['state'], 'stale'>, string>> = {
  fresh: 'fresh',
  absent: 'there is none',
  damaged: 'damaged: it is not used, and evt index build makes it anew',
  otherVersion: 'of another version of evt: it is not used, and evt index build makes it anew',
  otherMapping: 'of another mapping: it is not used, and evt index build makes it anew',
}
