import { expect, test } from 'vitest'
import { showsUnicode, textStyle } from '../../src/ui/terminal.js'

const place = { stream: {}, env: {}, color: false, timeZone: 'UTC' }

test.each([
  [{ columns: 100 }, {}, 100],
  [{ columns: 100 }, { COLUMNS: '60' }, 100],
  [{}, { COLUMNS: '60' }, 60],
  [{}, { COLUMNS: 'wide' }, 120],
  [{}, {}, 120],
  [{ columns: 10 }, {}, 40],
])('a stream %j in %j has %i columns', (stream, env, width) =>
  expect(textStyle({ ...place, stream, env }).width).toBe(width),
)

test.each([
  [{ LANG: 'en_US.UTF-8' }, true],
  [{ LANG: 'C.utf8' }, true],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
  [{ LANG: 'de_DE.ISO-8859-1' }, false],
  [{}, true],
  [{ TERM: 'linux' }, false],
])('%j shows Unicode: %s', (env, unicode) => expect(showsUnicode(env)).toBe(unicode))
