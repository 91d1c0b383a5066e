import type { Alarm, Graph, Line, StaticAlarm } from './graph.js'

const RED = '#d13212'
const GRAY = '#687078'

/** A line across a graph, as a dashboard has it. */
interface HorizontalLine {
  readonly value: number
  readonly label: string
  readonly color: string
  readonly fill?: 'above' | 'below'
}

/** The lines of a graph: those of its alarms are made of their thresholds. */
export function linesOf({ alarms, lines = [] }: Pick<Graph, 'alarms' | 'lines'>): HorizontalLine[] {
  const ofAlarms = alarms.filter((alarm) => alarm.kind === 'static')
  return [...alarmLines(ofAlarms), ...lines.map(plain)]
}

/** Alarms of several rules, or metrics, at one height have one line. */
function alarmLines(alarms: readonly StaticAlarm[]): HorizontalLine[] {
  return [...new Set(alarms.map(({ threshold }) => threshold))].map((value) => {
    const here = alarms.filter(({ threshold }) => threshold === value)
    const isBelow = here.every(({ operator }) => operator === 'LessThanThreshold')
    const label = `alarm ${labelOf(here)}`
    return { value, label, color: RED, fill: isBelow ? 'below' : 'above' }
  })
}

/** `lost: at once; loops: in 3 of 5`. Alarms of one name, as each reader of a stream has, are
 * named once. */
function labelOf(alarms: readonly StaticAlarm[]): string {
  const parts = [...new Set(alarms.map(howOften))].map((often) => {
    const names = alarms.filter((alarm) => howOften(alarm) === often).map(({ what }) => what)
    return `${[...new Set(names)].join(', ')}: ${often}`
  })
  return parts.join('; ')
}

function plain({ value, label }: Line): HorizontalLine {
  return { value, label, color: GRAY }
}

/** `in 3 of 5 × 60 s`. */
function howOften({ datapoints, periods }: Alarm): string {
  return periods === 1 ? 'at once' : `in ${datapoints} of ${periods}`
}
