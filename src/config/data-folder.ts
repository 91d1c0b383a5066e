import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** evt's folder in XDG_DATA_HOME: what is in it cannot be made again. */
export function dataFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_DATA_HOME: data = '', HOME: home } = env
  return join(isAbsolute(data) ? data : join(home || homedir(), '.local', 'share'), 'evt')
}
