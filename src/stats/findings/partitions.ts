import { partitionOf } from '../../archives/partitions.js'
import type { Draft, Evidence } from './finding.js'
import { gapsIn } from './gaps.js'
import { counted, minuteText, roughText } from './phrases.js'
import { HOUR_US } from './survey.js'

const DAY_US = 86_400e6
const MAX_SLOTS = 1_000_000

/** Folders of hours or days that are missing between others, as far as missing hours do not say so
 * already. */
export function missingPartitions(
  evidence: Evidence,
  isKnown: (fromUs: number, untilUs: number) => boolean,
): Draft[] {
  return [HOUR_US, DAY_US].flatMap((stepUs) => {
    const slots = slotsOf(evidence, stepUs)
    const numbers = [...slots.keys()]
    const first = numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
    const last = numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    if (first > last || last - first >= MAX_SLOTS) return []
    const counts = new Float64Array(last - first + 1)
    for (const [slot, count] of slots) counts[slot - first] = count
    return gapsIn(counts, stepUs === HOUR_US ? 24 : 7).flatMap((gap) => {
      const fromUs = (first + gap.first) * stepUs
      const untilUs = (first + gap.end) * stepUs
      return isKnown(fromUs, untilUs) ? [] : [draftOf(fromUs, untilUs, stepUs, gap.expected)]
    })
  })
}

/** How many events the partitions of this length hold, at least one each, by their number. */
function slotsOf({ deliveries, objects }: Evidence, stepUs: number): Map<number, number> {
  const files = new Map(objects.map((object) => [object.path, object]))
  const slots = new Map<number, number>()
  for (const [n, { path, first }] of deliveries.objects.entries()) {
    const object = files.get(path)
    const place =
      object?.kind === 'file' ? object.file : object?.kind === 'remote' && object.address
    const partition = place ? partitionOf(place, path) : undefined
    if (!partition || partition.untilUs - partition.fromUs !== stepUs) continue
    const slot = partition.fromUs / stepUs
    const events = (deliveries.objects[n + 1]?.first ?? deliveries.total) - first
    slots.set(slot, (slots.get(slot) ?? 1) + events)
  }
  return slots
}

function draftOf(fromUs: number, untilUs: number, stepUs: number, expected: number): Draft {
  const count = (untilUs - fromUs) / stepUs
  const isHours = stepUs === HOUR_US
  const text = (us: number) => (isHours ? minuteText(us, true) : minuteText(us, true).slice(0, 10))
  const which =
    count === 1
      ? `The partition of ${text(fromUs)} is`
      : `${counted(count, 'partition')} from ${text(fromUs)} to ${text(untilUs - stepUs)} are`
  const usual = `about ${roughText(expected)} events would be usual`
  return {
    kind: 'coverage',
    type: null,
    source: null,
    severity: 'warning',
    count,
    weight: expected,
    explain: `${which} missing between others that are there; ${usual}.`,
  }
}
