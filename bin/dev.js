#!/usr/bin/env node
// Runs the TypeScript sources, from any directory.
import { fileURLToPath } from 'node:url'
import { register } from 'tsx/esm/api'

const root = fileURLToPath(new URL('..', import.meta.url))
register({ tsconfig: `${root}tsconfig.json` })
const { fromSource } = await import('../src/cli/from-source.ts')
const { start } = await import('../src/cli/start.ts')
await start(await fromSource(root))
