import { readFileSync } from 'node:fs'
import type { LoadOptions, Manifest } from '@oclif/core/interfaces'
import { safeText } from '../../ui/safe-text.js'
import type { RunPlace } from '../types-seen.js'
import type { Candidates } from './candidate.js'
import { candidatesFor } from './candidates.js'
import { bashText, typedLine } from './typed.js'

const MAX_ABOUT = 80

/**
 * What the hidden `evt complete` prints, for the scripts of `evt completion`: `files` on a line of
 * its own where the shell is to complete files, else `words` and the candidates, one a line.
 *
 * @param args `bash LINE COMP_WORDBREAKS`, or `zsh WORD…` and `fish WORD…` with the words after evt
 */
export async function completed(
  args: readonly string[],
  load: LoadOptions,
  place: RunPlace,
): Promise<string> {
  const manifest = manifestOf(load)
  const [shell, ...given] = args
  if (shell === 'bash') {
    const typed = typedLine(given[0] ?? '', given[1] ?? '')
    if (typed.isForeign) return printed('files')
    const found = await candidatesFor(typed.words.slice(1), manifest, place)
    const text = (value: string) => bashText(value, typed)
    return printed(found, ({ value }) => text(value))
  }
  // fish hands over the last word with its quotes.
  const last = given.at(-1) ?? ''
  const word = shell === 'fish' ? (typedLine(last, '').words.at(-1) ?? '') : last
  const found = await candidatesFor([...given.slice(0, -1), word], manifest, place)
  return printed(found, ({ value, about }) =>
    about === undefined ? value : `${value}\t${safeText(about).slice(0, MAX_ABOUT)}`,
  )
}

function printed(
  found: Candidates,
  line: (candidate: { value: string; about?: string | undefined }) => string = () => '',
): string {
  if (found === 'files') return 'files\n'
  return ['words', ...found.map(line), ''].join('\n')
}

/** Of the build; from its sources evt has it in the options that it is loaded with. */
function manifestOf(load: LoadOptions): Manifest {
  if (typeof load === 'object' && 'plugins' in load && load.plugins) {
    const [plugin] = load.plugins.values()
    const commands = plugin?.commands.map((command) => [command.id, command] as const) ?? []
    return { commands: Object.fromEntries(commands), version: '' }
  }
  // Written by our build.
  return JSON.parse(readFileSync(new URL('../oclif.manifest.json', String(load)), 'utf8'))
}
