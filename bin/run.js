#!/usr/bin/env node
import module from 'node:module'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

// Of Node 22.1 and later; without a folder it would take one where temporary files are.
const { XDG_CACHE_HOME: cache = '' } = process.env
const caches = isAbsolute(cache) ? cache : join(homedir(), '.cache')
module.enableCompileCache?.(join(caches, 'evt', 'compiled'))
const { start } = await import('../dist/src/cli/start.js')
await start(import.meta.url)
