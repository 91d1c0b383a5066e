import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

/** Starts a module of ours as a thread. From its source it needs tsx, which Node 20 does not hand
 * on to threads.
 * @param name `archives/unpack` for src/archives/unpack-thread.ts */
export function startThread(name: string): Worker {
  if (import.meta.url.endsWith('.js')) {
    return new Worker(new URL(import.meta.resolve(`#threads/${name}`)))
  }
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const load = `import('${new URL('./esm/api/index.mjs', tsx)}').then(({ register }) => {
    register()
    return import('${new URL(`../${name}-thread.ts`, import.meta.url)}')
  })`
  return new Worker(load, { eval: true })
}
