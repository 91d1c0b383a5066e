import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** evt's folder in XDG_CACHE_HOME: what is in it can be made again. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_CACHE_HOME: cache = '', HOME: home } = env
  return join(isAbsolute(cache) ? cache : join(home || homedir(), '.cache'), 'evt')
}
