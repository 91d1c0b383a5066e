import { isIP } from 'node:net'

/** What a value, or the name of its field, says that it is. */
export type PersonalKind =
  | 'email'
  | 'phone'
  | 'iban'
  | 'card'
  | 'nationalId'
  | 'ip'
  | 'name'
  | 'birthDate'
  | 'address'
  | 'freeText'

/** How sure a kind is, and in how many of the values of a path it has to be. */
interface Shape {
  readonly kind: PersonalKind
  readonly least: number
  isIn(value: string, name: string): boolean
}

const mail = /^[^@\s/]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,24}$/i
const mailInside = /[a-z0-9._%+-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,24}\b/i
const phoneName = /phone|mobile|msisdn|(^|[_-])(tel|fax|cell)([_-]|$)/i
const addressName = /(^|[._-])(ip|remote_?addr)([._-]|$)|ip_?addr|Ip(Address)?$|sourceIP|clientIp/i
const textName = /(^|_)(note|comment|message|remark|feedback|bio|description|reason|text)s?$/i

/** Told by their values alone, but for the name that some need beside. */
export const shapes: readonly Shape[] = [
  { kind: 'email', least: 0.5, isIn: (value) => mail.test(value) },
  { kind: 'iban', least: 0.5, isIn: isIban },
  { kind: 'phone', least: 0.5, isIn: isPhone },
  { kind: 'card', least: 0.9, isIn: isCard },
  { kind: 'nationalId', least: 0.9, isIn: isNationalId },
  { kind: 'ip', least: 0.9, isIn: isAddress },
  { kind: 'freeText', least: 0.2, isIn: isFreeText },
]

const namesOfPeople = [
  ...['first', 'last', 'middle', 'full', 'given', 'family', 'maiden', 'nick', 'display', 'user'],
  ...['holder', 'contact', 'customer', 'recipient'],
]

function ofNames(patterns: readonly string[]): RegExp {
  return new RegExp(`^(${patterns.join('|')})$`, 'i')
}

/** Told by the name of a field, where its values are texts. Names of things are none of people. */
const names: readonly { kind: PersonalKind; name: RegExp; isIt(value: string): boolean }[] = [
  {
    kind: 'name',
    name: ofNames([...namesOfPeople, 'sur', 'fore'].map((one) => `${one}[_-]?name`)),
    isIt: (value) => /^[\p{L}][\p{L}\p{M}'’. -]{0,80}$/u.test(value),
  },
  {
    kind: 'birthDate',
    name: /^(birth_?-?(date|day)|date_?-?of_?-?birth|dob|born(_?(on|at))?)$/i,
    isIt: (value) => /\d{2}/.test(value),
  },
  {
    kind: 'address',
    name: ofNames([
      ...['street([_-]?(name|address|line))?[_-]?\\d?', '(home[_-]?)?address([_-]?line)?[_-]?\\d?'],
      ...['post(al)?[_-]?code', 'zip([_-]?code)?'],
    ]),
    isIt: (value) => !/:\/\/|@/.test(value),
  },
]

export function kindOfName(name: string, value: string): PersonalKind | undefined {
  return names.find((one) => one.name.test(name) && one.isIt(value))?.kind
}

/** Whether a key is no name of a field, but says whom or what it is about: an address, a number, an
 * id. */
export function isDataKey(key: string): boolean {
  const isId =
    /\d{4}|[-_:]\d{2,}$/.test(key) || /^[0-9a-f-]{12,}$/i.test(key) || /^[0-9A-Z]{26}$/.test(key)
  return isId || shapes.some(({ kind, isIn }) => kind !== 'freeText' && isIn(key, ''))
}

/** With every letter as x and every digit as 9: how it looks, and not what it says. */
export function maskedShape(value: string): string {
  return value
    .slice(0, 32)
    .replace(/\p{L}|\p{M}/gu, 'x')
    .replace(/\p{N}/gu, '9')
}

/** Its check digits, as ISO 13616 has them: the rest by 97 is 1. */
function isIban(value: string): boolean {
  const text = value.replaceAll(' ', '').toUpperCase()
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return false
  const digits = (text.slice(4) + text.slice(0, 4)).replace(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  )
  return BigInt(digits) % 97n === 1n
}

/** E.164 with its plus, or a number whose field says so. */
function isPhone(value: string, name: string): boolean {
  const digits = value.replace(/[\s().-]/g, '')
  if (/^(\+|00)[1-9]\d{6,14}$/.test(digits)) return /^\+|^00/.test(digits) && !/^00/.test(value)
  return phoneName.test(name) && /^\+?\d{6,15}$/.test(digits)
}

/** By Luhn's digit; a bare number only where its field says so. */
function isCard(value: string, name: string): boolean {
  const digits = value.replace(/[ -]/g, '')
  if (!/^[3-6]\d{12,18}$/.test(digits)) return false
  const isGrouped = /^\d{4}[ -]\d{4}[ -]/.test(value)
  const isNamed = /card|pan$/i.test(name)
  return (isGrouped || isNamed) && isLuhn(digits)
}

function isLuhn(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at])
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

const idName = /ssn|social_?-?security|national_?-?id|personal_?-?(id|number)|tax_?-?id|passport/i

/** Of the United States, the United Kingdom and Finland by their form; others by their names. */
function isNationalId(value: string, name: string): boolean {
  if (/^(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/.test(value)) return true
  if (/^(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]$/.test(value)) {
    return true
  }
  if (isFinnish(value)) return true
  return idName.test(name) && /^[A-Z0-9 -]{6,20}$/i.test(value) && /\d{4}/.test(value)
}

function isFinnish(value: string): boolean {
  const [, birth, number, check] = /^(\d{6})[-+A-FU-Y](\d{3})([0-9A-Y])$/.exec(value) ?? []
  if (birth === undefined) return false
  return '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(birth + number) % 31] === check
}

const ownV4 = '(0|10|127|169\\.254|192\\.168|172\\.(1[6-9]|2\\d|3[01]))\\.'
const ownAddress = new RegExp(`^((::ffff:)?${ownV4}|::1?$|f[cde][0-9a-f]{2}:)`, 'i')

// Without it, Node would make its large pattern of IPv6 for the first dot of any text.
const couldBeAddress = /^[\da-f]*[.:][\da-f.:]*(%.*)?$/i

/** Of somebody elsewhere. A version can look like one: the name has to say so, unless it is of
 * version 6. */
function isAddress(value: string, name: string): boolean {
  const version = couldBeAddress.test(value) ? isIP(value) : 0
  if (version === 0 || ownAddress.test(value)) return false
  return version === 6 || addressName.test(name)
}

/** Words of people, in which anything may stand. */
function isFreeText(value: string, name: string): boolean {
  if (mailInside.test(value) && !mail.test(value) && !value.includes('://')) return true
  return textName.test(name) && value.trim().split(/\s+/).length >= 4
}
