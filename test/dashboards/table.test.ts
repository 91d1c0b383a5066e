import { expect, test } from 'vitest'
import { dataTable } from '../../dashboards/html/table.js'

test('a table without titles has nothing that could be pressed', () => {
  const rows = [[{ text: 'a' }], [{ text: 'b' }]]
  const { text } = dataTable({ caption: 'c', columns: [{ title: '' }], rows, isSortable: true })
  expect(text).toContain('<table class="">')
  expect(text).not.toContain('<thead')
})
