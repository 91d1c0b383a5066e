import { randomBytes } from 'node:crypto'

/** What evt makes in an account for itself is named so. */
export const OWN_PREFIX = 'evt-tap-'

const OWNER = 'evt:owner'
const EXPIRES = 'evt:expires'
const MOST_CHARACTERS = 256

/** A name that nothing has yet. */
export function ownName(): string {
  return `${OWN_PREFIX}${randomBytes(6).toString('hex')}`
}

/** Whether evt may have given this name; of a FIFO queue, too. */
export function isOwnName(name: string): boolean {
  return /^evt-tap-[0-9a-f]{12}(\.fifo)?$/.test(name)
}

/** Who made a resource, and from when on it is left over if it is still there. */
export interface Ownership {
  readonly owner: string
  readonly expiresMs: number
}

export function tagsOf({ owner, expiresMs }: Ownership): Record<string, string> {
  // AWS takes no other characters in the values of tags.
  const plain = owner.replace(/[^\p{L}\p{N}\s_.:/=+@-]/gu, '-').slice(0, MOST_CHARACTERS)
  return { [OWNER]: plain, [EXPIRES]: new Date(expiresMs).toISOString() }
}

/** Undefined for tags that are not evt's. */
export function ownershipOf(tags: Readonly<Record<string, string>>): Ownership | undefined {
  const { [OWNER]: owner, [EXPIRES]: expires = '' } = tags
  const expiresMs = Date.parse(expires)
  return owner === undefined || Number.isNaN(expiresMs) ? undefined : { owner, expiresMs }
}
