import type { ColorMode } from './flags.js'

/**
 * Whether to colour what goes to `stream`. --color wins over NO_COLOR, NO_COLOR over the terminal.
 * Decided here because picocolors takes any `--color` in the command line for a yes.
 */
export function wantsColor(
  mode: ColorMode,
  stream: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (mode !== 'auto') return mode === 'always'
  return !env['NO_COLOR'] && env['TERM'] !== 'dumb' && stream.isTTY === true
}
