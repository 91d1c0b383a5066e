import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import { complete } from '../../src/envelopes/missing.js'
import type { Decoded } from '../../src/event/event.js'
import { jsonText, parseBytes } from '../../src/event/json.js'
import { createMapping } from '../../src/event/mapping.js'
import { eventFixtures } from '../fixtures/events/fixtures.js'

const decode = createDecoder({ mapping: createMapping({}) })

describe('every fixture decodes, without a mapping, to what stands beside it', () => {
  test.each(eventFixtures())(
    '$envelope/$oddity',
    async ({ envelope, oddity, bytes, expectedPath }) => {
      const reading = parseBytes(bytes)
      if (!reading.ok) throw new Error(reading.detail)
      const position = { path: `${envelope}/${oddity}.json`, record: 1 }
      const record = { value: reading.value, position, sizeBytes: bytes.length, head: bytes }
      const decoded = await complete(() => decode(record))
      const text = `${JSON.stringify(decoded.map(shown), null, 2)}\n`
      if (!existsSync(expectedPath) && !process.env['CI']) writeFileSync(expectedPath, text)
      expect(text).toBe(readFileSync(expectedPath, 'utf8'))
    },
  )
})

/** Documents as text, because some are too deep to print, and only their beginning. */
function shown(decoded: Decoded): object {
  if (decoded.kind === 'undecodable') {
    const { head, ...rest } = decoded.undecodable
    return { ...rest, head: head.length }
  }
  const { document, payload, ...rest } = decoded.event
  return { ...rest, document: begin(jsonText(document)), payload: begin(jsonText(payload)) }
}

function begin(text: string): string {
  return text.slice(0, 1000)
}
