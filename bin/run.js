#!/usr/bin/env node
import module from 'node:module'

module.enableCompileCache?.() // Node 22.1 and later
const { start } = await import('../dist/src/cli/start.js')
await start(import.meta.url)
