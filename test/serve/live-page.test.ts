import { expect, test } from 'vitest'
import { LivePage } from '../../src/serve/live-page.js'
import { tellReaders } from '../../src/serve/tell-readers.js'

test('a page that cannot be drawn is tried again; readers are told once it is', async () => {
  let drawings = 0
  let told = 0
  const ended = new AbortController()
  const failures: string[] = []
  const draw = async () => {
    drawings += 1
    if (drawings < 3) throw new Error(`not yet: ${drawings}`)
    return { html: `${drawings}`, policy: '' }
  }
  const page = new LivePage(draw, (error) => failures.push(String(error)))
  const tell = () => {
    told += 1
    ended.abort()
  }
  page.change()
  await tellReaders(page, { readers: 1, tell }, ended.signal)
  expect([drawings, told, page.isChanged]).toEqual([3, 1, false])
  expect((await page.read()).html).toBe('3')
  expect(failures).toEqual(['Error: not yet: 1', 'Error: not yet: 2'])
})
