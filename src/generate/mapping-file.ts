import { stringify } from 'yaml'
import type { Chain } from './chain.js'
import { payloadAt } from './document.js'
import type { Row } from './names.js'
import type { WorkloadSettings } from './settings.js'

type Rule = Record<string, string | Record<string, string>>

/** Where the id is that is in the payload, see {@link partOf}. */
export const idInPayload = { id: '$.detail.metadata.id' }

/** What the lines of a ledger mean, which are of no shape that has a type. */
export const ledgerRule: Rule = {
  ...{ id: '$.id', source: '$.source', type: '$.type', key: '$.key', sequence: '$.sequence' },
  ...{ time: '$.time', sentStatus: '$.status' },
}

/** `evt.yaml` for what was written: plain JSON says nothing of its meaning by itself, and the
 * precise time of an EventBridge event is in its metadata. `ofAll` is said where all are in
 * one chain; with `ledger`, the lines of one are read by it, too, where no event is plain. */
export function mappingFile(
  { chains }: Pick<WorkloadSettings, 'chains'>,
  rows: readonly Row[],
  { ofAll = {}, ledger = false }: { ofAll?: Rule; ledger?: boolean } = {},
): string {
  const [only, ...more] = chains
  const events: Record<string, Rule> = {}
  if (only && more.length === 0) {
    events['*'] = { ...ofAll, ...ruleFor(only) }
  } else {
    for (const { type, chain: index } of rows) {
      const chain = chains[index]
      // Rules go by the type that the envelope gives, and plain JSON gives none.
      const name = chain && isPlain(chain) ? 'unknown' : type
      if (chain) events[name] = { ...events[name], ...ruleFor(chain) }
    }
  }
  if (ledger && !chains.some(isPlain)) events['unknown'] = ledgerRule
  return `${header}${stringify({ events }, { lineWidth: 0, aliasDuplicateObjects: false })}`
}

const header = `# What the fields of these events mean, for \`evt stats\` and every other command.
# Written by \`evt generate\`, with truth.json, which says what the figures must be.
`

function isPlain({ document }: Chain): boolean {
  return document.payload === undefined
}

function ruleFor(chain: Chain): Rule {
  const at = pathsIn(chain)
  // The names of headers are in lower case.
  const receivedAt = chain.isBinary ? '$.receivedat' : '$.receivedAt'
  return {
    ...(isPlain(chain) ? { id: at('id'), source: at('source'), type: at('type') } : {}),
    time: at('metadata.occurredAt'),
    // Where a transport records the arrival, it is known already.
    ...(chain.recordsArrival ? {} : { receivedAt }),
    key: at('jobAdId'),
    sequence: at('metadata.sequence', 'N'),
    correlationId: at('metadata.correlationId'),
    causationId: at('metadata.causationId'),
    entities: { jobAd: at('jobAdId'), employer: at('employer.id') },
  }
}

/** Of a field of the payload, which is a text unless `type` says another of DynamoDB's types. */
function pathsIn({ document }: Chain): (name: string, type?: 'S' | 'N') => string {
  if (document.name === 'dynamodb') {
    return (name, type = 'S') => `$.dynamodb.NewImage.${name.replaceAll('.', '.M.')}.${type}`
  }
  const payload = payloadAt(document)
  return (name) => `${payload}.${name}`
}
