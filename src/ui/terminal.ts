import type { TextStyle } from './style.js'

type Environment = Readonly<Record<string, string | undefined>>

const PIPE_COLUMNS = 120
const LEAST_COLUMNS = 40

/** What there is to know about where text goes. */
export interface Place {
  readonly stream: { readonly columns?: number | undefined }
  readonly env: Environment
  readonly color: boolean
  readonly timeZone: string
}

/** The style for a place: the terminal's own width, else COLUMNS, else 120. */
export function textStyle({ stream, env, color, timeZone }: Place): TextStyle {
  const columns = stream.columns || Number(env['COLUMNS']) || PIPE_COLUMNS
  const width = Math.max(LEAST_COLUMNS, Math.floor(columns))
  return { width, color, timeZone, unicode: showsUnicode(env) }
}

/** A locale that names another character set than UTF-8 gets ASCII; none at all says nothing. */
export function showsUnicode(env: Environment): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG']
  if (locale) return /utf-?8/i.test(locale)
  return env['TERM'] !== 'linux'
}
