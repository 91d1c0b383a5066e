import { counted, countText, durationText } from '../stats/findings/phrases.js'
import type { Measured } from './kind.js'
import type { QueueRow } from './result.js'

/** How near retention is to the oldest message, of all that it grants, where it is said. */
const NEAR_RETENTION = 0.1
/** What SQS lets consumers hold at once. */
const MOST_IN_FLIGHT = 120_000

type Found = Measured['findings'][number]

/** What is wrong with a queue, or will be, in words; the worst first. */
export function queueFindings(row: QueueRow): Found[] {
  const all = [lossOf(row), receptionOf(row), deadLettersOf(row), growthOf(row), limitOf(row)]
  return all.filter((found) => found !== undefined)
}

function lossOf({ lossInMs, retentionMs, drainMs, trend }: QueueRow): Found | undefined {
  if (lossInMs === null || retentionMs === null || trend === 'empty') return undefined
  if (lossInMs === 0) {
    const explain = 'retention is deleting its oldest messages now, received or not'
    return { kind: 'loss', severity: 'fault', explain }
  }
  if (drainMs !== null && drainMs > lossInMs) {
    const explain =
      `messages will be lost: it takes ${durationText(drainMs)} to drain, and in ` +
      `${durationText(lossInMs)} retention deletes the oldest`
    return { kind: 'lossBeforeDrain', severity: 'fault', explain }
  }
  if (lossInMs > retentionMs * NEAR_RETENTION) return undefined
  const explain = `in ${durationText(lossInMs)} retention deletes its oldest message`
  return { kind: 'loss', severity: trend === 'draining' ? 'warning' : 'fault', explain }
}

function receptionOf(row: QueueRow): Found | undefined {
  const { depth, inFlight, isReceived, receivedPerS, deletedPerS } = row
  if (depth > 0 && isReceived === false && inFlight === 0) {
    const explain = `nobody receives, and ${counted(depth, 'message')} ${waits(depth)}`
    return { kind: 'notReceived', severity: 'fault', explain }
  }
  if (!receivedPerS || deletedPerS !== 0) return undefined
  const explain = 'messages are received and none is deleted: its consumer may fail at each'
  return { kind: 'notDeleted', severity: 'fault', explain }
}

function deadLettersOf({ deadLetters }: QueueRow): Found | undefined {
  if (!deadLetters?.depth) return undefined
  const { depth, queue } = deadLetters
  const explain = `${counted(depth, 'message')} ${waits(depth)} in its dead-letter queue ${queue}`
  return { kind: 'deadLetters', severity: 'fault', explain }
}

function growthOf({ trend, sentPerS, deletedPerS }: QueueRow): Found | undefined {
  if (trend !== 'growing' || sentPerS === null || deletedPerS === null) return undefined
  const perMinute = Math.round((sentPerS - deletedPerS) * 60)
  const explain = `it grows by ${counted(perMinute, 'message')} a minute`
  return { kind: 'growing', severity: 'warning', explain }
}

function limitOf({ inFlight }: QueueRow): Found | undefined {
  if (inFlight < MOST_IN_FLIGHT * 0.9) return undefined
  const explain =
    `${countText(inFlight)} messages are in flight, and SQS gives no more from ` +
    `${countText(MOST_IN_FLIGHT)} on`
  return { kind: 'inFlightLimit', severity: 'fault', explain }
}

function waits(count: number): string {
  return count === 1 ? 'waits' : 'wait'
}
