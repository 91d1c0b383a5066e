import { type BytesOptions, readBytes } from './bytes.js'
import type { ReadableObject } from './object.js'

export interface TextLine {
  /** From 1. */
  readonly number: number
  /** Without its end (LF or CRLF); of a line over the limit no more than its beginning. */
  readonly text: string
  readonly isOverLimit: boolean
}

const MAX_LINE_BYTES = 64 * 1024 * 1024
const HEAD_BYTES = 200
const LF = 10

/** The lines of a text object, decompressed, one after the other. */
export async function* textLines(
  object: ReadableObject,
  options: BytesOptions & { maxLineBytes?: number },
): AsyncGenerator<TextLine> {
  const { maxLineBytes = MAX_LINE_BYTES } = options
  let number = 0
  let parts: Buffer[] = []
  let sizeBytes = 0
  const keep = (part: Buffer) => {
    sizeBytes += part.length
    if (sizeBytes <= maxLineBytes) parts.push(part)
    else parts = [Buffer.concat(parts.concat(part).map((one) => one.subarray(0, HEAD_BYTES)))]
  }
  const line = (): TextLine => {
    const isOverLimit = sizeBytes > maxLineBytes
    const bytes = Buffer.concat(parts)
    const text = (isOverLimit ? bytes.subarray(0, HEAD_BYTES) : bytes).toString()
    parts = []
    sizeBytes = 0
    number += 1
    return { number, text: text.replace(/\r$/, ''), isOverLimit }
  }
  for await (const chunk of readBytes(object, options)) {
    let from = 0
    for (let lf = chunk.indexOf(LF); lf >= 0; lf = chunk.indexOf(LF, from)) {
      keep(chunk.subarray(from, lf))
      yield line()
      from = lf + 1
    }
    keep(chunk.subarray(from))
  }
  if (sizeBytes > 0) yield line()
}
