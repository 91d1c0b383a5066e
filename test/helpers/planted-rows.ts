/** How a row holds the subject; null: not at all. A decoy only seems to, a number is another. */
export const plantings = [
  ...([
    'mapped',
    'shared',
    'nested',
    'packed',
    'base64',
    'case',
    'escaped',
    'text',
    'key',
  ] as const),
  ...(['decoy', 'number', null] as const),
]
type Planting = (typeof plantings)[number]

export interface PlantedRow {
  id: string
  planting: Planting
  /** The event, as JSON. */
  text: string
  /** What an erasure of all that is planted leaves of it; null: nothing. */
  left: string | null
}

export const SUBJECT = 'user:u-4711-ada'
export const MAIL = 'ada@example.com'
/** Who is called as many things are. */
export const NUMBER = 'user:42'
export const MAPPING = '{ id: $.id, entities: { user: $.user, friend: $.friend } }'

/** What a byte search looks for, in small letters. */
export const identifiers = /u-4711-ada|ada@example\.com/

/** A row of JSON texts: written with spaces, and with numbers, that nobody else would write. */
export function rowOf(id: string, planting: Planting): PlantedRow {
  const other = `"user": "u-${id}","big":12345678901234567890`
  const [text, left = text] =
    planting === null ? [`{"id":"${id}",${other}}`] : forms[planting](id, other)
  return { id, planting, text, left }
}

type Form = (id: string, other: string) => [string] | [string, string | null]

const base64 = (text: string) => Buffer.from(text).toString('base64')

const forms: Record<Exclude<Planting, null>, Form> = {
  mapped: (id) => [`{"id":"${id}","user":"u-4711-ada","mail":"${MAIL}"}`, null],
  shared: (id) =>
    both(
      (user) => `{"id":"${id}", "user":${user},"friend":"bob-${id}", "big":1.50e3}`,
      '"u-4711-ada"',
    ),
  nested: (id, other) =>
    both((mail) => `{"id":"${id}",${other},"items":[{"to":["x",${mail}]},1.50]}`),
  packed: (id, other) => [
    `{"id":"${id}",${other},"raw":"{\\"a\\": {\\"mail\\":\\"${MAIL}\\"},\\"b\\":1.0}"}`,
    `{"id":"${id}",${other},"raw":"{\\"a\\": {\\"mail\\":null},\\"b\\":1.0}"}`,
  ],
  base64: (id, other) =>
    both(
      (mail) => `{"id":"${id}",${other},"body":"${base64(`{"a": {"mail":${mail}},"b":1.0}`)}"}`,
      `"${MAIL.toUpperCase()}"`,
    ),
  case: (id, other) =>
    both((mail) => `{"id":"${id}",${other},"mail":${mail}}`, '"ADA@Example.com"'),
  escaped: (id, other) =>
    both((mail) => `{"id":"${id}",${other},"mail":${mail}}`, '"\\u0061d\\u0041@example\\u002ecom"'),
  text: (id, other) => [
    `{"id":"${id}",${other},"note":"write to ${MAIL} please"}`,
    `{"id":"${id}",${other},"note":"write to [...] please"}`,
  ],
  key: (id, other) => [
    `{"id":"${id}",${other},"by":{"${MAIL}":1}}`,
    `{"id":"${id}",${other},"by":{"[...]":1}}`,
  ],
  decoy: (id, other) => [
    `{"id":"${id}",${other},"quantity":42,"lot":"42","mail":"adam@example.org","near":"u-4711-ad"}`,
  ],
  number: (id) => [`{"id":"${id}","user":42,"quantity":7}`],
}

/** A text with a value, and without it. */
function both(textOf: (value: string) => string, value = `"${MAIL}"`): [string, string] {
  return [textOf(value), textOf('null')]
}
