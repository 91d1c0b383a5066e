import { pathText } from '../event/json-path.js'
import type { Mapping } from '../event/mapping.js'

/** A mapping as lines, to be compared and shown: `jobAd.* key=$.detail.jobAdId`. */
export function mappingLines(
  { rules }: Pick<Mapping, 'rules'>,
  presets: readonly string[],
): string[] {
  const lines = rules.flatMap(({ prefix, exact, mapping }) => {
    const { fields, entities, ...words } = mapping
    const said = [
      ...Object.entries(fields).map(([field, path]) => [field, pathText(path)]),
      ...entities.map(({ kind, path }) => [`entities.${kind}`, pathText(path)]),
      ...Object.entries(words).map(([word, value]) => [word, String(value)]),
    ]
    return said.map(([name, value]) => `${prefix}${exact ? '' : '*'} ${name}=${value}`)
  })
  return [...lines, ...presets.map((preset) => `preset=${preset}`)]
}

/** The first line in which two mappings differ, for people; undefined where they are the same. */
export function mappingDifference(
  here: readonly string[],
  there: readonly string[],
): string | undefined {
  const at = [...here, ...there].findIndex((_, n) => here[n] !== there[n])
  if (at === -1) return undefined
  return `here ${here[at] ?? 'nothing more'}, there ${there[at] ?? 'nothing more'}`
}
