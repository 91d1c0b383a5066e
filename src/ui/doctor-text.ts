import pc from 'picocolors'
import type { AwsOptions } from '../aws/options.js'
import type { Check, DoctorResult, Mark, Tappable } from '../doctor/result.js'
import { counted } from '../stats/findings/phrases.js'
import { asciiText } from './ascii.js'
import { nextLines } from './next-lines.js'
import { countText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Column, tableLines } from './table.js'
import { wrapped } from './wrapped.js'

const columns: readonly Column[] = [
  { title: 'to tap', align: 'left' },
  { title: 'found', align: 'right' },
  { title: 'tapping', align: 'left' },
  { title: 'such as', align: 'left', shrinkTo: 24 },
]

/** How far the name of a check is from the edge, and its text. */
const NAME_AT = 9
const TEXT_AT = 22

/** What is wrong here, every check with what to do about it, and what there is to tap; without a
 * line end. */
export function doctorText(result: DoctorResult, aws: AwsOptions, style: TextStyle): string {
  const { checks, tappable } = result
  const rows = tappable.map((one) => [
    { text: one.service },
    { text: `${countText(one.count)}${one.isMore ? ' or more' : ''}` },
    { text: one.safety },
    { text: safeText(one.addresses.join('  ')) },
  ])
  const parts = [
    [headline(checks)],
    checks.flatMap((check) => checkLines(check, style)),
    rows.length === 0 ? [] : tableLines(columns, rows, style),
    nextLines(nextCommands(tappable, aws), style),
  ]
  const text = parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return style.unicode ? text : asciiText(text)
}

function headline(checks: readonly Check[]): string {
  const count = (mark: Mark) => checks.filter((check) => check.mark === mark).length
  const wrongs = count('wrong')
  const first =
    wrongs === 0 ? 'nothing is wrong' : `${counted(wrongs, 'thing')} ${is(wrongs)} wrong`
  const warnings = count('warning')
  return warnings === 0 ? first : `${first}, ${counted(warnings, 'warning')}`
}

const is = (count: number) => (count === 1 ? 'is' : 'are')

function checkLines({ about, mark, explain, next }: Check, { width, color }: TextStyle): string[] {
  const { red } = pc.createColors(color)
  const shown = mark === 'wrong' ? 'wrong !' : mark
  const start = (mark === 'wrong' ? red(shown) : shown) + ' '.repeat(NAME_AT - shown.length)
  const texts = [explain, ...(next?.split('\n') ?? [])]
  const lines = texts.flatMap((text) => wrapped(safeText(text), width - TEXT_AT))
  return lines.map((line, n) => {
    return n === 0 ? start + about.padEnd(TEXT_AT - NAME_AT) + line : ' '.repeat(TEXT_AT) + line
  })
}

/** What others do not notice comes first: queues are asked how they are. */
function nextCommands(tappable: readonly Tappable[], aws: AwsOptions): string[][] {
  const flags = [
    ...(aws.profile === undefined ? [] : ['--profile', aws.profile]),
    ...(aws.region === undefined ? [] : ['--region', aws.region]),
    ...(aws.endpointUrl === undefined ? [] : ['--endpoint-url', aws.endpointUrl]),
  ]
  const first = (service: Tappable['service']) =>
    tappable.find((one) => one.service === service)?.addresses[0]
  const tailed = first('sns') ?? first('eventbridge')
  const asked = first('sqs')
  return [
    ...(tailed === undefined ? [] : [['evt', 'tail', tailed, ...flags]]),
    ...(asked === undefined ? [] : [['evt', 'lag', asked, ...flags]]),
  ]
}
