import type { Format } from '../archives/object.js'
import type { TextEraser } from './erase-text.js'
import type { PackedFile } from './packed-file.js'

const MOST_TEXT_BYTES = 256 * 1024 * 1024
const LF = 10
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/** Lines, which keep their ends; nothing refuses them. */
export async function eachLine(
  chunks: AsyncIterable<Buffer>,
  texts: TextEraser,
  target: PackedFile | undefined,
): Promise<null> {
  let rest: Buffer[] = []
  let isFirst = true
  const line = async (bytes: Buffer, hasEnd: boolean) => {
    const mark = isFirst && bytes.subarray(0, BOM.length).equals(BOM) ? BOM : Buffer.alloc(0)
    isFirst = false
    const end = hasEnd ? Buffer.from([LF]) : Buffer.alloc(0)
    const left = await texts.line(bytes.subarray(mark.length))
    await target?.write(Buffer.concat(left ? [mark, left, end] : [mark]))
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      await line(Buffer.concat([...rest, chunk.subarray(from, at)]), true)
      rest = []
      from = at + 1
    }
    rest.push(chunk.subarray(from))
  }
  const last = Buffer.concat(rest)
  // A byte order mark alone is no line.
  if (isFirst && last.equals(BOM)) await target?.write(last)
  else if (last.length > 0) await line(last, false)
  return null
}

/** A text of several values, or of a list of them.
 *
 * @returns why it is not written again */
export async function wholeText(
  chunks: AsyncIterable<Buffer>,
  texts: TextEraser,
  { format, target }: { format: Format; target: PackedFile | undefined },
): Promise<string | null> {
  const parts: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of chunks) {
    sizeBytes += chunk.length
    if (sizeBytes > MOST_TEXT_BYTES) return 'is too large to be written again: it is no NDJSON'
    parts.push(chunk)
  }
  const bytes = Buffer.concat(parts)
  const isMarked = bytes.subarray(0, BOM.length).equals(BOM)
  const body = isMarked ? bytes.subarray(BOM.length) : bytes
  const text = body.toString()
  if (!Buffer.from(text).equals(body)) return 'is not UTF-8'
  const left = await texts.text(text, format)
  if (left === null) return 'is no JSON to its end'
  await target?.write(Buffer.concat([isMarked ? BOM : Buffer.alloc(0), Buffer.from(left)]))
  return null
}
