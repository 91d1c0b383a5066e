import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** evt's folder in XDG_CACHE_HOME: what is in it can be made again. */
export function cacheFolder(env: Environment): string {
  const { XDG_CACHE_HOME: cache = '', HOME: home } = env
  return join(isAbsolute(cache) ? cache : join(home || homedir(), '.cache'), 'evt')
}

/** Where the types are kept that completion offers. */
export function typesFile(env: Environment): string {
  return join(cacheFolder(env), 'types.json')
}
