import { readFile } from 'node:fs/promises'

/** Reads a query of the catalogue by its name, such as `stats/repeats`: its SQL, without a final
 * semicolon. Names come from evt's own code. */
export async function querySql(name: string): Promise<string> {
  if (!/^[a-z-]+\/[a-z-]+$/.test(name)) throw new Error(`${name} is no name of a query`)
  return readFile(new URL(import.meta.resolve(`#queries/${name}.sql`)), 'utf8')
}
