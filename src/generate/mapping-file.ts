import { stringify } from 'yaml'
import type { Chain } from './chain.js'
import type { Row } from './names.js'
import type { WorkloadSettings } from './settings.js'

type Rule = Record<string, string | Record<string, string>>

/** `evt.yaml` for what was written: plain JSON says nothing of its meaning by itself, and the
 * precise time of an EventBridge event is in its metadata. */
export function mappingFile(
  { chains }: Pick<WorkloadSettings, 'chains'>,
  rows: readonly Row[],
): string {
  const [only, ...more] = chains
  const events: Record<string, Rule> = {}
  if (only && more.length === 0) {
    events['*'] = ruleFor(only)
  } else {
    for (const { type, chain: index } of rows) {
      const chain = chains[index]
      // Rules go by the type that the envelope gives, and plain JSON gives none.
      const name = chain && isPlain(chain) ? 'unknown' : type
      if (chain) events[name] = { ...events[name], ...ruleFor(chain) }
    }
  }
  return `${header}${stringify({ events }, { lineWidth: 0, aliasDuplicateObjects: false })}`
}

const header = `# What the fields of these events mean, for \`evt stats\` and every other command.
# Written by \`evt generate\`, with truth.json, which says what the figures must be.
`

function isPlain({ document }: Chain): boolean {
  return document.payload === undefined
}

function ruleFor(chain: Chain): Rule {
  const payload = ['$', ...(chain.document.payload ?? [])].join('.')
  return {
    ...(isPlain(chain) ? { id: '$.id', source: '$.source', type: '$.type' } : {}),
    time: `${payload}.metadata.occurredAt`,
    // Where a transport records the arrival, it is known already.
    ...(chain.recordsArrival ? {} : { receivedAt: '$.receivedAt' }),
    key: `${payload}.jobAdId`,
    sequence: `${payload}.metadata.sequence`,
    correlationId: `${payload}.metadata.correlationId`,
    causationId: `${payload}.metadata.causationId`,
    entities: { jobAd: `${payload}.jobAdId`, employer: `${payload}.employer.id` },
  }
}
