import { dirname, isAbsolute, join } from 'node:path'
import { EvtError } from '../errors.js'
import { suggest } from '../event/suggest.js'
import type { Config } from './config.js'

/**
 * The SOURCEs to read: those given, else `default:` of evt.yaml, with aliases (`prod:`) replaced by
 * their addresses. Paths that stand in the file start at its folder. Empty: nobody named one.
 *
 * @throws EvtError `usage` for an alias that evt.yaml does not have
 */
export function sourcesOf(given: readonly string[], config: Config): string[] {
  if (given.length > 0) return given.map((source) => addressOf(source, config) ?? source)
  if (config.default === undefined) return []
  return [addressOf(config.default, config) ?? besideFile(config.default, config)]
}

const alias = /^([A-Za-z][\w-]+):$/

/** Whether it is written as an alias, and evt.yaml says what it stands for. */
export function isAlias(source: string): boolean {
  return alias.test(source)
}

/** The address behind an alias; undefined for what is none. */
function addressOf(source: string, config: Config): string | undefined {
  const name = alias.exec(source)?.[1]
  if (name === undefined) return undefined
  const archives = new Map(Object.entries(config.archives ?? {}))
  const address = archives.get(name)
  if (address !== undefined) return besideFile(address, config)
  const near = suggest(name, [...archives.keys()])
  const missing = `archives: of evt.yaml names ${[...archives.keys()].join(', ') || 'none'}`
  throw new EvtError(`${source} is no alias`, {
    code: 'usage',
    hint: near ? `did you mean ${near}:?` : missing,
  })
}

/** A path of evt.yaml starts at its folder; an address is left as it is. */
export function besideFile(address: string, { file }: Config): string {
  const isPath = !/^[a-z][a-z0-9+.-]*:/i.test(address) && address !== '-' && !isAbsolute(address)
  return isPath && file !== undefined ? join(dirname(file), address) : address
}
