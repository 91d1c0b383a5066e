import { Worker } from 'node:worker_threads'

/** Starts a module of ours as a thread, from its source too: Node then needs tsx to read it.
 * @param module with the name that it has when built */
export function startThread(module: URL): Worker {
  if (import.meta.url.endsWith('.js')) return new Worker(module)
  return new Worker(new URL(module.href.replace(/\.js$/, '.ts')), {
    execArgv: ['--import', 'tsx'],
  })
}
