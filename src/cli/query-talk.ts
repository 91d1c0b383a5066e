import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { OutputFormat } from './flags.js'

interface TalkFlags {
  readonly sql?: string | undefined
  readonly file?: string | undefined
  readonly param?: readonly string[] | undefined
  readonly explain: boolean
  readonly config?: string | undefined
}

/** An address, an alias or a glob. */
const otherSource = /^[A-Za-z][\w+.-]+:|[*?[]/

/**
 * Whether `evt query` was typed on a terminal with an archive and no question, so that a person is
 * to be asked for questions. A first word that is in the catalogue is a question, even where a file
 * has the same name; so is one that is no SOURCE, which may be a name that was typed wrong.
 */
export async function isTalk(
  [first]: readonly string[],
  format: OutputFormat,
  flags: TalkFlags,
): Promise<boolean> {
  const { stdin, stdout, env } = process
  if (stdin.isTTY !== true || stdout.isTTY !== true) return false
  if (format === 'arrow' || format === 'parquet') return false
  const { sql, file, param, explain } = flags
  if (sql !== undefined || file !== undefined || param !== undefined || explain) return false
  if (first === undefined) return true
  if (otherSource.test(first)) return true
  const cwd = process.cwd()
  const isThere = await access(resolve(cwd, first)).then(
    () => true,
    () => false,
  )
  if (!isThere) return false
  const { catalogueOf } = await import('../questions/catalogue.js')
  const catalogue = await catalogueOf({ file: flags.config, env, cwd })
  return !catalogue.some(({ name }) => name === first)
}
