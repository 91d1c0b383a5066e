import { expect, test } from 'vitest'
import { complete, Missing } from '../../src/envelopes/missing.js'
import type { Schemas } from '../../src/envelopes/outside.js'
import { EvtError } from '../../src/errors.js'
import { lenientOutside } from '../../src/reading/lenient-outside.js'

const down = new EvtError('the schema registry x cannot be reached', { code: 'outside' })

/** One that knows 1 and fails with this for all others. */
function registry(failure: Error): { schemas: Schemas; asked: string[] } {
  const asked: string[] = []
  const reader: Schemas['reader'] = (id) => {
    if (id === '1') return { ok: true, value: () => 'read' as never }
    throw new Missing(async () => {
      asked.push(id)
      throw failure
    })
  }
  return { schemas: { reader }, asked }
}

test('after a failure nobody is asked, and what is known is still known', async () => {
  const { schemas, asked } = registry(down)
  const lenient = lenientOutside({ schemas })
  const read = (id: string) => complete(() => lenient.schemas?.reader(id))
  expect(lenient.failure).toBeUndefined()
  const missing = { ok: false, detail: `could not be fetched: ${down.message}` }
  expect(await Promise.all([read('2'), read('3')])).toEqual([missing, missing])
  expect(await read('4')).toEqual(missing)
  expect(await read('1')).toMatchObject({ ok: true })
  expect(asked).toEqual(['2', '3'])
  expect(lenient.failure).toBe(down)
})

test.each([
  ['wrong use', new EvtError('no AWS region is known', { code: 'usage' })],
  ['a defect', new TypeError('x')],
])('%s ends the run', async (_, failure) => {
  const lenient = lenientOutside({ schemas: registry(failure).schemas })
  await expect(complete(() => lenient.schemas?.reader('2'))).rejects.toBe(failure)
  expect(lenient.failure).toBeUndefined()
})

test('what nobody gave is not there', () => {
  expect(lenientOutside({})).toEqual({ failure: undefined })
})
