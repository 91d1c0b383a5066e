const MOST_BYTES = 256

/**
 * Whether an array is one record: the body of a message that is kept in S3, as Event Fork backups
 * have it, a class of Java and a pointer. `more` where that cannot be told yet.
 *
 * @param array from its bracket on
 * @param isAll nothing follows
 */
export function isPointerArray(array: Buffer, isAll: boolean): boolean | 'more' {
  const head = array.toString('latin1', 0, MOST_BYTES)
  if (/^\[\s*"[\w.$]*S3Pointer"\s*,\s*\{/.test(head)) return true
  const isOpen = /^\[\s*(?:"(?:[\w.$]*(?:"\s*(?:,\s*)?)?)?)?$/.test(head)
  return isOpen && !isAll && array.length < MOST_BYTES ? 'more' : false
}
