import { expect, test } from 'vitest'
import { subjectLooks, subjectStatement } from '../../src/privacy/statement.js'
import { lookedAt } from '../../src/questions/asked-archive.js'

const entities = ['user:42']
const values = [{ path: null, value: 'ada@example.com' }]

test.each([
  { entities, values: [] },
  { entities: [], values },
  { entities, values },
])('what a search for a person looks at is known: %o', async (subject) => {
  const statement = subjectStatement({ ...subject, ignoreCase: true, deep: true })
  const { tables, repeats, reorderings } = await lookedAt(statement)
  expect({ repeats, reorderings }).toEqual({ repeats: false, reorderings: false })
  expect(tables.get('archive')).toEqual(subjectLooks.get('archive'))
})
