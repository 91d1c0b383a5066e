import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

/** Starts a module of ours as a thread. From its source it needs tsx, which Node 20 does not hand
 * on to threads.
 * @param module with the name that it has when built */
export function startThread(module: URL): Worker {
  if (import.meta.url.endsWith('.js')) return new Worker(module)
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const source = module.href.replace(/\.js$/, '.ts')
  const load = `import('${new URL('./esm/api/index.mjs', tsx)}').then(({ register }) => {
    register()
    return import('${source}')
  })`
  return new Worker(load, { eval: true })
}
