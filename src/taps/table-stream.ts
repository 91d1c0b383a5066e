import type { ResourceAddress } from '../aws/address.js'
import type { OpenTable } from '../aws/dynamodb.js'
import { isMissing, ofSdk } from '../aws/failure.js'
import type { Shard, ShardStart } from '../aws/shards.js'
import type { OpenTableStream, TableStreamState } from '../aws/table-stream.js'
import { EvtError } from '../errors.js'

/** What DynamoDB keeps of every stream. */
export const RETENTION_HOURS = 24

/** A stream that was found, and where its reading begins. */
export interface FoundTable {
  readonly table: OpenTable
  readonly stream: OpenTableStream
  /** How the table is named in what is said, and in positions. */
  readonly place: string
  /** Of the stream. */
  readonly arn: string
  readonly start: ShardStart
}

/**
 * The ARN of the stream that a table has.
 *
 * @throws EvtError `usage` where it has none
 */
export async function streamArnOf(table: OpenTable, named: ResourceAddress): Promise<string> {
  if (named.arn?.includes('/stream/')) return named.arn
  const { LatestStreamArn: arn } = await table.describe()
  if (arn) return arn
  throw new EvtError(`the table ${named.name} has no stream`, {
    code: 'usage',
    hint: turnOn(named.name),
  })
}

function turnOn(table: string): string {
  return (
    `turn one on: aws dynamodb update-table --table-name ${table} --stream-specification ` +
    'StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES'
  )
}

/** Says what of its nature a reader should know.
 * @throws EvtError `usage` where nothing comes, and what came is not asked for */
export function checkComing(
  { isOff, viewType }: TableStreamState,
  { name }: ResourceAddress,
  { start, place, onNote }: { start: ShardStart; place: string; onNote(text: string): void },
): void {
  if (isOff && start.at === 'latest') {
    throw new EvtError(`the stream of the table ${name} is turned off, and nothing comes`, {
      code: 'usage',
      hint: `--from beginning reads what it still has; or ${turnOn(name)}`,
    })
  }
  if (viewType === 'KEYS_ONLY') {
    onNote(`${place} tells of changes by their keys alone: its stream has no images (KEYS_ONLY)`)
  }
  const keptMs = Date.now() - RETENTION_HOURS * 3_600_000
  if (start.at === 'time' && start.ms < keptMs) {
    onNote(`${place} keeps ${RETENTION_HOURS} hours: what came before is gone`)
  }
}

/** The shards that are asked for. @throws EvtError `usage` for one that is not there */
export function askedShards(all: readonly Shard[], { name, part }: ResourceAddress) {
  if (part === undefined) return all
  const shard = all.find(({ id }) => id === part)
  // Its parent is nobody's to wait for.
  if (shard) return [{ ...shard, parents: [] }]
  const open = all.filter(({ isClosed }) => !isClosed).map(({ id }) => id)
  throw new EvtError(`there is no shard ${part} in the stream of the table ${name}`, {
    code: 'usage',
    hint: `those that are open: ${open.slice(0, 5).join(', ')}${open.length > 5 ? ', …' : ''}`,
  })
}

/** What a failure means that came after the stream was found. */
export async function whileReading(
  error: unknown,
  { table, arn, start, place }: FoundTable,
): Promise<unknown> {
  if (start.at === 'sequence' && isNoPlace(error)) {
    return new EvtError(`${start.sequence} is no sequence number of this shard of ${place}`, {
      code: 'usage',
      hint:
        `it may be of another shard, or older than ${RETENTION_HOURS} hours; ` +
        '--from beginning begins with what is there',
      cause: error,
    })
  }
  if (!isMissing(error)) return error
  const failed = (what: string, hint: string) =>
    new EvtError(`${what} while evt read it`, { code: 'outside', hint, cause: error })
  try {
    const { LatestStreamArn } = await table.describe()
    if (LatestStreamArn === arn) return error
    const stream = `the stream of the table ${table.name}`
    return failed(`${stream} was turned off, or off and on again,`, 'begin again')
  } catch (missing) {
    if (!isMissing(missing)) return error
    const hint = 'what was read so far is all that there is'
    return failed(`the table ${table.name} was deleted`, hint)
  }
}

function isNoPlace(error: unknown): boolean {
  const failed = ofSdk(error)
  return failed instanceof Error && /^(TrimmedDataAccess|Validation)Exception$/.test(failed.name)
}
