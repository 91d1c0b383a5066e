import { mixed } from './random.js'

interface PayloadContent {
  metadata: Record<string, unknown>
  key: string
  keyNumber: number
  /** 32 random bits of the event's own. */
  random: number
  /** Whether this delivery says something else than the event's first. */
  isAltered: boolean
  /** Characters of prose. */
  fillerLength: number
}

const employers = ['Nordlicht GmbH', 'Hafenwerk AG', 'Alpenblick KG', 'Rheinbogen SE', 'Kiesel UG']
const titles = ['Data Engineer', 'Nurse', 'Carpenter', 'Site Manager', 'Teacher', 'Cook', 'Welder']
const cities = ['Hamburg', 'Leipzig', 'Graz', 'Basel', 'Kiel', 'Linz', 'Bonn', 'Ulm', 'Mainz']
const statuses = ['draft', 'review', 'online', 'paused', 'filled']
const EMPLOYERS = 997
const prose = [
  'We are looking for someone who likes careful work and a team that listens. ',
  'You bring two years of experience, or the curiosity that makes up for them. ',
  'We offer thirty days of leave, training that you choose, and help with moving. ',
  'The position is permanent, full or part time, and can start on the first of a month. ',
  'Please write in a few sentences what you would change here; a letter is not needed. ',
].join('')
const filler = prose.repeat(2)

/** An event about a job ad, of the kind that fills event buses: nested, a few enumerations, some
 * personal data, prose. About 6:1 under gzip. */
export function payloadOf(content: PayloadContent): Record<string, unknown> {
  const { metadata, key, keyNumber, random, isAltered, fillerLength } = content
  const employer = keyNumber % EMPLOYERS
  const salary = 30_000 + (random % 64) * 500
  return {
    metadata,
    jobAdId: key,
    employer: { id: `emp-${employer}`, name: pick(employers, employer) },
    title: pick(titles, keyNumber),
    contact: { email: `jobs${employer}@example.org` },
    isRemote: random % 3 === 0,
    salary: { from: salary, to: salary + (isAltered ? 7_777 : 6_000) },
    tags: [pick(cities, keyNumber), random % 2 === 0 ? 'full-time' : 'part-time'],
    status: pick(statuses, random >>> 8),
    session: sessionOf(random),
    description: textOf(fillerLength, (random >>> 16) % prose.length),
  }
}

/** As random as ids of sessions are, which compress as badly. */
function sessionOf(random: number): string {
  const halves = [mixed(random + 1), mixed(random + 2)]
  return halves.map((half) => half.toString(36).padStart(7, '0')).join('')
}

function pick(words: readonly string[], index: number): string {
  return words[index % words.length] ?? ''
}

function textOf(length: number, from: number): string {
  if (length <= prose.length) return filler.slice(from, from + length)
  return filler.repeat(Math.ceil((from + length) / filler.length)).slice(from, from + length)
}
