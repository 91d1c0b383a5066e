import { scaleLinear } from 'd3-scale'
import { condensed, stepText, type Timeline } from '../../src/ui/charts.js'
import { countText } from '../../src/ui/numbers.js'
import { rangeText } from '../../src/ui/times.js'
import { type Html, html, markup } from './html.js'
import { BOX, emptyFigure, plotFigure, type Stretch } from './plot.js'
import { dataTable } from './table.js'
import { timeTicks } from './time-axis.js'

const COLUMNS = 120
const id = 'timeline'
const title = 'Events over time'

export interface TimelineOptions {
  readonly timeZone: string
  /** `arrival` or `the producers’ clocks`. */
  readonly by: string
}

/** Events per step of time as bars; steps without events are gaps. */
export function timelinePlot(timeline: Timeline | null, options: TimelineOptions): Html {
  if (!timeline) return emptyFigure({ id, title, caption: 'No event has a time.' })
  const { startUs, stepUs, counts } = condensed(timeline, COLUMNS)
  const { timeZone, by } = options
  const [fromMs, stepMs] = [startUs / 1_000, stepUs / 1_000]
  const toMs = fromMs + counts.length * stepMs
  const total = counts.reduce((all, count) => all + count, 0)
  const range = `${rangeText(fromMs, toMs - 1, timeZone)} ${timeZone}`
  if (counts.length === 1) {
    const events = total === 1 ? 'The one event is' : `All ${countText(total)} events are`
    return emptyFigure({
      id,
      title,
      caption: `${events} within one ${stepText(stepUs)}: ${range}.`,
    })
  }
  const most = Math.max(...counts)
  const step = stepText(stepUs)
  const up = scaleLinear().domain([0, most]).range([0, 1]).nice(3)
  const whole = up.ticks(3).filter(Number.isInteger)
  const slots = counts.map((count, i) => ({
    count,
    text: rangeText(fromMs + i * stepMs, fromMs + (i + 1) * stepMs, timeZone),
  }))
  return plotFigure({
    id,
    title,
    caption: `per ${stepText(stepUs)}, by ${by}; ${range}`,
    label: `${countText(total)} events, ${range}, at most ${countText(most)} per ${step}.`,
    across: timeTicks(fromMs, toMs, timeZone),
    up: whole.map((count) => ({ at: up(count), text: shortCount(count) })),
    shapes: bars(counts.map(up)),
    marks: null,
    stretches: slots.map(
      ({ count, text }, i): Stretch => ({
        from: i / counts.length,
        to: (i + 1) / counts.length,
        text: `${text}: ${countText(count)}`,
      }),
    ),
    table: dataTable({
      caption: `Events per ${stepText(stepUs)}`,
      columns: [{ title: 'from' }, { title: 'events', isNumber: true }],
      rows: slots.map(({ count, text }) => [
        { text: text.replace(/ → .*/, '') },
        { text: countText(count), value: count },
      ]),
    }),
  })
}

/** One path of bars that touch where there are many of them. Little is never nothing. */
function bars(heights: readonly number[]): Html {
  const width = BOX / heights.length
  const gap = heights.length > 60 ? 0 : width * 0.12
  const round = (n: number) => Math.round(n * 10) / 10
  const paths = heights.map((height, i) => {
    if (height === 0) return ''
    const y = round(BOX - Math.max(6, height * BOX))
    const right = round((i + 1) * width - gap / 2)
    return `M${round(i * width + gap / 2)} ${BOX}V${y}H${right}V${BOX}Z`
  })
  return html`<path class="bars" d="${markup(paths.join(''))}"/>`
}

/** `1,200`, `12 k`, `1.5 M`: round numbers beside an axis. */
function shortCount(count: number): string {
  if (count < 10_000) return countText(count)
  const [size, unit] = count < 1e6 ? [1e3, 'k'] : count < 1e9 ? [1e6, 'M'] : [1e9, 'G']
  return `${countText(Math.trunc(count / size))}${fraction(count / size)} ${unit}`
}

const fraction = (n: number) => (n % 1 === 0 ? '' : (n % 1).toFixed(1).slice(1))
