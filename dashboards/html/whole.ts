import type { StatsResult } from '../../src/stats/result.js'
import { countText } from '../../src/ui/numbers.js'
import { brief } from './html.js'
import type { Mark } from './page.js'

const TITLE_COLUMNS = 160

/** The SOURCEs as they were typed; of many, the first. */
export function titleOf(sources: readonly string[]): string {
  const [first = '', ...others] = sources
  const all = sources.join(' ')
  if (others.length === 0 || all.length <= TITLE_COLUMNS) return brief(all, TITLE_COLUMNS)
  return `${brief(first, TITLE_COLUMNS - 20)} and ${countText(others.length)} more`
}

/** What makes every figure of the page less than it seems. */
export function marksOf({ partial, sample }: Pick<StatsResult, 'partial' | 'sample'>): Mark[] {
  const rest = 'Not everything was read: a part is damaged, or reading was interrupted.'
  const share = `${Number(((sample ?? 1) * 100).toPrecision(3))}%`
  const estimate = `Every figure is of a sample of ${share} of the identities.`
  return [
    ...(partial ? [{ text: 'partial', explain: `${rest} The figures are of what was read.` }] : []),
    ...(sample === undefined ? [] : [{ text: 'estimated', explain: estimate }]),
  ]
}

export const counted = (n: number, one: string) => `${countText(n)} ${one}${n === 1 ? '' : 's'}`
