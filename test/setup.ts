import { mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll } from 'vitest'
import { seed } from './helpers/campaign.js'

fc.configureGlobal({ seed })

// What a person's evt keeps, such as who was erased, is not to change what a test sees, nor the
// other way round. Packages of Python may be the person's own.
process.env['PYTHONUSERBASE'] ??= join(homedir(), '.local')
const home = mkdtempSync(join(tmpdir(), 'evt-home-'))
process.env['HOME'] = home
for (const name of ['XDG_DATA_HOME', 'XDG_CONFIG_HOME']) Reflect.deleteProperty(process.env, name)
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }))
