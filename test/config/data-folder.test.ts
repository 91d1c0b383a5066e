import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dataFolder } from '../../src/config/data-folder.js'

test('the data of evt is where the environment says, else below the home', () => {
  expect(dataFolder({ XDG_DATA_HOME: '/data', HOME: '/home/a' })).toBe('/data/evt')
  expect(dataFolder({ XDG_DATA_HOME: 'data', HOME: '/home/a' })).toBe('/home/a/.local/share/evt')
  expect(dataFolder({})).toBe(join(homedir(), '.local/share/evt'))
})

test('what a person has registered is in reach of no test', () => {
  expect(homedir().startsWith(join(tmpdir(), 'evt-home-'))).toBe(true)
})
