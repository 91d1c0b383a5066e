import { randomBytes } from 'node:crypto'
import { EvtError } from '../errors.js'
import { HEAD, type Store } from './store.js'

const SCHEMA = 'evt.recording/1'
const FORMAT = 'ndjson'

/** What stands beside the parts of a recording. */
interface Head {
  schema: typeof SCHEMA
  format: typeof FORMAT
  /** Of the recording, whose counter its records have. */
  id: string
  begunAt: string
}

/**
 * The recording that a target holds; a new one where there is nothing.
 *
 * @throws EvtError `usage` where it holds something else
 */
export async function openHead(store: Store, nowMs: number): Promise<Head> {
  const text = await store.read(HEAD)
  if (text !== undefined) return parsed(text.toString(), store.address)
  if (await store.hasOthers()) {
    throw new EvtError(`${store.address} holds something, and no recording by evt`, {
      code: 'usage',
      hint: 'record to a place of its own, which need not be there yet',
    })
  }
  const head: Head = {
    ...{ schema: SCHEMA, format: FORMAT, id: randomBytes(6).toString('hex') },
    begunAt: new Date(nowMs).toISOString(),
  }
  await store.write(HEAD, `${JSON.stringify(head)}\n`)
  return head
}

function parsed(text: string, address: string): Head {
  const found = objectOf(text)
  const { schema, format, id, begunAt } = found
  const isOurs = schema === SCHEMA && format === FORMAT
  if (isOurs && typeof id === 'string' && typeof begunAt === 'string') {
    return { schema, format, id, begunAt }
  }
  const what = typeof schema === 'string' ? `${schema}, ${String(format)}` : 'nothing evt can read'
  throw new EvtError(`${address} is a recording of another format: ${what}`, {
    code: 'usage',
    hint: `this evt writes ${SCHEMA}, ${FORMAT}: record to another target`,
  })
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
