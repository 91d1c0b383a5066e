import { keyedHash } from './seals.js'
import { IDENTIFIER, type Subject, withoutIdentifiers } from './subject.js'

/** What names somebody wherever it stands: addresses of mail, and numbers of telephones. */
const mail = /[a-z0-9._%+-]{1,64}(?:@|%40)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b/
const phone = /(?<![\d+])\+[1-9]\d{6,14}\b/
const people = new RegExp(`${mail.source}|${phone.source}`, 'gi')

/** A text for what is kept as evidence: without identifiers of the subject, and of others what can
 * be told from their form. */
export function nameless(text: string, subject: Subject): string {
  return withoutIdentifiers(text, subject).replace(people, IDENTIFIER)
}

/** The same of names that have to stay apart: each of others becomes a pseudonym under a key. */
export function pseudonymous(text: string, key: string, subject?: Subject): string {
  const left = subject ? withoutIdentifiers(text, subject) : text
  return left.replace(people, (one) => pseudonym(one.toLowerCase(), key))
}

/** What somebody is called in evidence whom only the key beside it tells. */
export function pseudonym(name: string, key: string): string {
  return `person-${keyedHash(key, name).slice(0, 16)}`
}
