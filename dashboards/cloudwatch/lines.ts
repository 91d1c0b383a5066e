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
  const ofAlarms = alarms.filter((alarm) => alarm.kind === 'static').map(alarmLine)
  return [...onePerValue(ofAlarms), ...lines.map(plain)]
}

function alarmLine(alarm: StaticAlarm): HorizontalLine {
  return {
    value: alarm.threshold,
    label: `alarm ${alarm.what}: ${howOften(alarm)}`,
    ...{ color: RED, fill: alarm.operator === 'LessThanThreshold' ? 'below' : 'above' },
  }
}

/** Alarms of several rules, or metrics, at one height have one line. */
function onePerValue(lines: readonly HorizontalLine[]): HorizontalLine[] {
  const byValue = new Map<number, HorizontalLine>()
  for (const line of lines) {
    const first = byValue.get(line.value)
    const label = first ? first.label.replace(/^alarm ([^:]*):.*$/, '$1') : ''
    const both = { ...line, label: `${label}, ${line.label.replace(/^alarm /, '')}` }
    byValue.set(line.value, first ? { ...both, label: `alarm ${both.label}` } : line)
  }
  return [...byValue.values()]
}

function plain({ value, label }: Line): HorizontalLine {
  return { value, label, color: GRAY }
}

/** `in 3 of 5 × 60 s`. */
function howOften({ datapoints, periods }: Alarm): string {
  return periods === 1 ? 'at once' : `in ${datapoints} of ${periods}`
}
