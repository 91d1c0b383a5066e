import type { Span } from '../result.js'

/** Whether arrivals are on more than one day, so that times of day need their date. */
export function isDated({ firstReceivedAt, lastReceivedAt, firstTime, lastTime }: Span): boolean {
  const day = (text: string | null) => text?.slice(0, 10)
  return firstReceivedAt === null
    ? day(firstTime) !== day(lastTime)
    : day(firstReceivedAt) !== day(lastReceivedAt)
}
