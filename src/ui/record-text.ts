import type { Recorded } from '../record/recorder.js'
import type { RecordRun } from '../record/run.js'
import { asciiText } from './ascii.js'
import { nextLines } from './next-lines.js'
import { bytesText, countText, durationText } from './numbers.js'
import type { ProgressState } from './progress.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'

/** How far a recording is, for the line on stderr. */
export function recordProgress(to: string, recorded: Readonly<Recorded>): ProgressState {
  const { bytes, records, files, lagMs } = recorded
  const lag = lagMs === null ? '' : `, ${durationText(Math.max(0, lagMs))} behind`
  return {
    label: `recording to ${to}${lag}`,
    ...{ bytesDone: bytes, bytesTotal: null, records, objectsDone: files, objectsTotal: null },
  }
}

/** What was recorded, as one JSON object. */
export function recordJson(to: string, run: RecordRun, partial: boolean): string {
  const { recorded, sources, isResumed } = run
  return JSON.stringify({
    ...{ schema: 'evt.record/1', to, sources, partial, resumed: isResumed },
    ...{ records: recorded.records, events: recorded.events, undecodable: recorded.undecodable },
    ...{ bytes: recorded.bytes, files: recorded.files, storedBytes: recorded.storedBytes },
    ...{ repeated: recorded.repeated, erased: recorded.erased, erasedKept: recorded.erasedKept },
    erasedLeft: recorded.erasedLeft,
    lagMs: recorded.lagMs,
  })
}

const KEPT = 'with somebody who was erased, recorded without them'
const LEFT = 'with somebody who was erased cannot be changed, recorded as received !'

/** What was recorded, and how to look at it. */
export function recordText(to: string, run: RecordRun, style: TextStyle): string {
  const { recorded, isResumed } = run
  const { records, undecodable, bytes, files, storedBytes, repeated } = recorded
  const { erased, erasedKept, erasedLeft } = recorded
  const many = (n: number, one: string) => `${countText(n)} ${one}${n === 1 ? '' : 's'}`
  const parts = `${many(files, 'part')} (${bytesText(storedBytes)})`
  const text = [
    `recorded ${many(records, 'record')}, ${bytesText(bytes)}, to ${safeText(to)} in ${parts}`,
    ...(undecodable > 0 ? [`${many(undecodable, 'record')} undecodable, kept as received`] : []),
    ...(repeated > 0 ? [`${many(repeated, 'record')} came again, recorded before`] : []),
    ...(erased > 0 ? [`${many(erased, 'record')} of somebody who was erased, left out`] : []),
    ...(erasedKept > 0 ? [`${many(erasedKept, 'record')} ${KEPT}`] : []),
    ...(erasedLeft > 0 ? [`${many(erasedLeft, 'record')} ${LEFT}`] : []),
    ...(isResumed ? ['it goes on from where the recording ended before'] : []),
    ...(records > 0 && !to.startsWith('s3:')
      ? ['', ...nextLines([['evt', 'stats', to]], style)]
      : []),
  ].join('\n')
  return style.unicode ? text : asciiText(text)
}
