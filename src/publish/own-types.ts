import type { Slo } from '../config/slo.js'
import { compareText } from '../event/sequence.js'
import type { ReconcileResult } from '../reconcile/result.js'
import type { StatsResult } from '../stats/result.js'

export interface OfType {
  readonly type: string
  readonly source: string
}

/** Which types have metrics of their own, and how many have none. */
export interface ChosenTypes {
  readonly own: readonly OfType[]
  readonly others: number
}

/** Those that came, and those of which all was lost, by how many came, or were sent. */
export function rankedTypes(
  { types }: Pick<StatsResult, 'types'>,
  reconciled: Pick<ReconcileResult, 'types'> | undefined,
): OfType[] {
  const came = new Set(types.map(nameOf))
  const lost = (reconciled?.types ?? []).filter((row) => row.sent > 0 && !came.has(nameOf(row)))
  const all = [
    ...types.map(({ type, source, events }) => ({ type, source, events })),
    ...lost.map(({ type, source, sent }) => ({ type, source, events: sent })),
  ]
  all.sort(
    (a, b) => b.events - a.events || compareText(a.type, b.type) || compareText(a.source, b.source),
  )
  return all.map(({ type, source }) => ({ type, source }))
}

/** Those of which evt.yaml promises something. */
export function promisedTypes(slos: Readonly<Record<string, Slo>> = {}): OfType[] {
  return Object.values(slos).flatMap(({ type }) => type ?? [])
}

/** Of what is promised something, before the others: an alarm without figures calls nobody. */
export function promisedFirst<Type extends OfType>(
  types: readonly Type[],
  promised: readonly OfType[],
): Type[] {
  const names = new Set(promised.map(nameOf))
  const isPromised = (type: OfType) => names.has(nameOf(type))
  return [...types.filter(isPromised), ...types.filter((type) => !isPromised(type))]
}

/** Of each promise about a type without metrics of its own: that its alarms have no figures, and
 * why, where `came` says it. */
export function unmeasuredPromises(
  slos: Readonly<Record<string, Slo>>,
  { came, own }: { came: readonly OfType[]; own: readonly OfType[] },
): string[] {
  const measured = new Set(own.map(nameOf))
  const written = ({ type, source }: OfType) => (source === '' ? type : `${source}/${type}`)
  return Object.entries(slos).flatMap(([name, { type }]) => {
    if (!type || measured.has(nameOf(type))) return []
    const others = came.filter((one) => one.type === type.type && one.source !== type.source)
    const hasCome = came.some((one) => nameOf(one) === nameOf(type))
    const why = hasCome
      ? 'more types than --max-types are promised something'
      : others.length > 0
        ? `events have ${others.map(written).join(', ')}`
        : 'none of it came'
    return [`the alarms of the promise ${name} have no figures of ${written(type)}: ${why}`]
  })
}

/** The first of them that CloudWatch takes, so many. */
export function chosenTypes(types: readonly OfType[], mostTypes: number): ChosenTypes {
  const named = types.filter(
    ({ type, source }) => isDimension(type) && (source === '' || isDimension(source)),
  )
  const own = named.slice(0, mostTypes).map(({ type, source }) => ({ type, source }))
  return { own, others: types.length - own.length }
}

/** CloudWatch takes 1 to 1,024 printable characters of ASCII that are not blanks alone, and refuses
 * a whole call for one that it does not take. */
function isDimension(text: string): boolean {
  const isPrintable = text.length <= 1_024 && /^[\x20-\x7e]+$/.test(text)
  return isPrintable && text.trim() !== '' && !text.startsWith(':')
}

/** What has metrics of its own, forced: each of these is a dimension. */
export type Member = 'key' | 'entity'

/** What has metrics of its own beside all together. */
export type By = 'type' | Member

/** A text that no two types share. */
export function nameOf({ type, source }: OfType): string {
  return JSON.stringify([source, type])
}

/** Of what is of a key or entity, `type` is its name. */
export function ownDimensions({ type, source }: OfType, by: By): [string, string][] {
  if (by !== 'type') return [[by === 'key' ? 'Key' : 'Entity', type]]
  return source === ''
    ? [['Type', type]]
    : [
        ['Source', source],
        ['Type', type],
      ]
}
