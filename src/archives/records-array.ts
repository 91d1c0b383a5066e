const MOST_BYTES = 64
const opening = /^\{[ \t\r\n]*"Records"[ \t\r\n]*:[ \t\r\n]*\[/

/** Where the entries begin of the object at `start`, whose first key has to be `Records` and hold
 * an array; undefined where it is another; `more` where more bytes must be seen to tell. */
export function recordsArray(bytes: Buffer, start: number): number | 'more' | undefined {
  const text = bytes.toString('latin1', start, start + MOST_BYTES)
  const found = opening.exec(text)
  if (found) return start + found[0].length
  return text.length < MOST_BYTES && couldOpen(text) ? 'more' : undefined
}

/** Whether text that is short may go on to be an opening. */
function couldOpen(text: string): boolean {
  return '{"Records":['.startsWith(text.replace(/[ \t\r\n]/g, ''))
}
