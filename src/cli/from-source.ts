import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Plugin } from '@oclif/core/config'
import type { LoadOptions } from '@oclif/core/interfaces'

/**
 * Load options that run the TypeScript sources: every ./dist/ path in package.json's oclif block is
 * read as ./, and a manifest left by a build is ignored. For bin/dev.js and the tests, which may
 * bring a folder of commands of their own. TypeScript must be loadable by Node (tsx).
 */
export async function fromSource(root: string, commands?: string): Promise<LoadOptions> {
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'), (_, value: unknown) =>
    typeof value === 'string' ? value.replace(/^\.\/dist\//, './') : value,
  )
  if (commands) pjson.oclif.commands = commands
  const plugin = new Plugin({ root, pjson, isRoot: true, ignoreManifest: true, type: 'core' })
  await plugin.load()
  return { root, pjson, plugins: new Map([[plugin.name, plugin]]) }
}
