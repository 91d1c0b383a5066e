import { timeText } from '../event/time.js'
import type { Fields } from './fields.js'
import { type RecordShape, recordOf } from './records.js'

/** Writes the record of any delivery of one shape, as JSON: what `JSON.stringify(recordOf(…))`
 * gives, several times faster, because the text between the fields is made once. */
export type Template = (fields: Fields) => string

type Slot = (fields: Fields) => string

/** Values that occur nowhere else in a record, and the field that stands for each. Numbers are
 * recognised as envelopes print them. */
const marks = {
  id: '@id@',
  timeUs: 981_173_106_789_123,
  receivedAtUs: 1_013_662_983_421_000,
  attempt: 987_654_321,
  sequence: 912_345_001,
  correlationId: '@correlation@',
  causationId: '@causation@',
  key: '@key@',
  employerId: '@employerId@',
  employer: '@employer@',
  title: '@title@',
  email: '@email@',
  salaryFrom: 912_345_002,
  salaryTo: 912_345_003,
  city: '@city@',
  hours: '@hours@',
  status: '@status@',
  session: '@session@',
  description: '@description@',
} satisfies Omit<Fields, 'messages'>

const MOST_LAYERS = 4
const messages = Array.from({ length: MOST_LAYERS }, (_, layer) => `@message${layer}@`)

export function createTemplate(shape: RecordShape, options: { hasCause: boolean }): Template {
  const causationId = options.hasCause ? marks.causationId : null
  return templateOf(JSON.stringify(recordOf(shape, { ...marks, messages, causationId })))
}

function templateOf(text: string): Template {
  const slots = new Map([...slotsByMark(), ...encodedSlots(text)])
  const found = [...text.matchAll(new RegExp([...slots.keys()].map(escaped).join('|'), 'g'))]
  const filled: Slot[] = []
  const between: string[] = []
  let at = 0
  for (const match of found) {
    const slot = slots.get(match[0])
    if (!slot) throw new Error(`no field for ${match[0]}`)
    between.push(text.slice(at, match.index))
    filled.push(slot)
    at = match.index + match[0].length
  }
  const end = text.slice(at)
  return (fields) => {
    let record = ''
    for (let i = 0; i < filled.length; i++) record += (between[i] ?? '') + filled[i]?.(fields)
    return record + end
  }
}

/** What is in base64 has its fields inside. */
function encodedSlots(text: string): [string, Slot][] {
  const encoded = text.match(/[A-Za-z0-9+/]{100,}={0,2}/g) ?? []
  return encoded.flatMap((each): [string, Slot][] => {
    const inside = Buffer.from(each, 'base64').toString('utf8')
    if (!inside.includes(marks.id)) return []
    const template = templateOf(inside)
    return [[each, (fields) => Buffer.from(template(fields)).toString('base64')]]
  })
}

function escaped(mark: string): string {
  return mark.replace(/[.+]/g, '\\$&')
}

function slotsByMark(): Map<string, Slot> {
  const timeOf = createClock()
  const wholeSecond = Math.floor(marks.timeUs / 1e6) * 1e6
  return new Map<string, Slot>([
    [timeText(marks.timeUs), ({ timeUs }) => timeOf(timeUs)],
    [timeText(wholeSecond), ({ timeUs }) => timeOf(Math.floor(timeUs / 1e6) * 1e6)],
    [timeText(marks.receivedAtUs), ({ receivedAtUs }) => timeOf(receivedAtUs)],
    [String(marks.receivedAtUs / 1000), ({ receivedAtUs }) => String(receivedAtUs / 1000)],
    [String(marks.receivedAtUs / 1e6), ({ receivedAtUs }) => String(receivedAtUs / 1e6)],
    [String(marks.attempt), ({ attempt }) => String(attempt)],
    [String(marks.sequence), ({ sequence }) => String(sequence)],
    [String(marks.salaryFrom), ({ salaryFrom }) => String(salaryFrom)],
    [String(marks.salaryTo), ({ salaryTo }) => String(salaryTo)],
    [marks.causationId, ({ causationId }) => causationId ?? ''],
    [marks.id, ({ id }) => id],
    [marks.correlationId, ({ correlationId }) => correlationId],
    [marks.key, ({ key }) => key],
    [marks.employerId, ({ employerId }) => employerId],
    [marks.employer, ({ employer }) => employer],
    [marks.title, ({ title }) => title],
    [marks.email, ({ email }) => email],
    [marks.city, ({ city }) => city],
    [marks.hours, ({ hours }) => hours],
    [marks.status, ({ status }) => status],
    [marks.session, ({ session }) => session],
    [marks.description, ({ description }) => description],
    ...messages.map((mark, layer): [string, Slot] => [
      mark,
      (fields) => fields.messages[layer] ?? '',
    ]),
  ])
}

const threeDigits = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'))

/** `timeText`, remembering the second, since most times are in that of the one before. */
function createClock(): (us: number) => string {
  let secondUs = Number.NaN
  let prefix = ''
  return (us) => {
    if (!(us >= secondUs && us < secondUs + 1e6)) {
      secondUs = Math.floor(us / 1e6) * 1e6
      prefix = timeText(secondUs).slice(0, -4)
    }
    const rest = us - secondUs
    const ms = Math.floor(rest / 1000)
    const finer = rest - ms * 1000
    return `${prefix}${threeDigits[ms]}${finer === 0 ? '' : threeDigits[finer]}Z`
  }
}
