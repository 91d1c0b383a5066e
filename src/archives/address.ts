import { constants, createReadStream, open } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { basename, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import type { Buckets } from './bucket-places.js'
import { listFolder } from './folder.js'
import { PeekedStream } from './peeked-stream.js'
import type { Place } from './place.js'
import { codeOf, readError } from './read-error.js'
import { isGlob } from './wildcards.js'

export interface AddressContext {
  /** NAME → address, from evt.yaml. Relative addresses are relative to `cwd`. */
  aliases: Readonly<Record<string, string>>
  cwd: string
  stdin: AsyncIterable<unknown>
  /** Who is asked for what is in a bucket. */
  aws?: AwsOptions | undefined
  buckets?: Buckets | undefined
}

/** A form that a SOURCE can have. */
interface AddressKind {
  is(address: string, context: AddressContext): boolean | Promise<boolean>
  places(address: string, context: AddressContext): Promise<Place[]>
}

/** The first that applies. Add one: a constant and its place here. */
const kinds: readonly AddressKind[] = [
  {
    is: (address) => address === '-',
    places: async (path, { stdin }) => [{ path, stream: new PeekedStream(stdin, path) }],
  },
  { is: (address, { aliases }) => aliasIn(address, aliases) !== undefined, places: aliasPlaces },
  { is: isBucketAddress, places: bucketPlacesOf },
  { is: isRemote, places: remotePlaces },
  { is: isPattern, places: patternPlaces },
  { is: () => true, places: pathPlaces },
]

/**
 * What an address leads to, in no particular order.
 *
 * @throws EvtError `usage` where it leads nowhere or must not be read
 */
export async function placesOf(address: string, context: AddressContext): Promise<Place[]> {
  for (const kind of kinds) {
    if (await kind.is(address, context)) return kind.places(address, context)
  }
  return []
}

const absent = { name: '', rest: '', target: '' }

function aliasIn(address: string, aliases: AddressContext['aliases']) {
  const match = /^([\w.-]+):(?!\/\/)(.*)$/s.exec(address)
  const [, name = '', rest = ''] = match ?? []
  const target = Object.hasOwn(aliases, name) ? aliases[name] : undefined
  return target === undefined ? undefined : { name, rest, target }
}

/** Shown as typed: `prod:2026/a.gz` for a file below the folder that `prod:` stands for. */
async function aliasPlaces(address: string, context: AddressContext): Promise<Place[]> {
  const { name, rest, target } = aliasIn(address, context.aliases) ?? absent
  const isElsewhere = target === '-' || isRemote(target)
  const root = isElsewhere ? target : resolve(context.cwd, target)
  const full = rest === '' ? root : `${withoutSlash(root)}/${rest}`
  const places = await placesOf(full, { ...context, aliases: {} })
  return places.map((place) => {
    if ('stream' in place) return { ...place, path: `${name}:${rest}` }
    const above = `${withoutSlash(root)}/`
    const isBelow = place.path.startsWith(above)
    const inside = isBelow ? place.path.slice(above.length) : isGlob(root) ? place.relative : ''
    return { ...place, path: `${name}:${inside}` }
  })
}

/** The address that an alias stands for, with what follows the alias; others as they are. */
export function withoutAlias(address: string, aliases: AddressContext['aliases']): string {
  const alias = aliasIn(address, aliases)
  if (alias === undefined) return address
  return alias.rest === '' ? alias.target : `${withoutSlash(alias.target)}/${alias.rest}`
}

function withoutSlash(address: string): string {
  return address.replace(/(?<=[^/])\/+$/, '')
}

/** Whether it is no path and no alias, but an address of a service. */
export function isRemote(address: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/|arn:)/i.test(address)
}

async function remotePlaces(address: string): Promise<Place[]> {
  const unnamed = /^(sqs|sns|eventbridge|logs|kinesis|dynamodb):\/\/$/.exec(address)
  if (unnamed) {
    throw new EvtError(`${address} names nothing`, {
      code: 'usage',
      hint: `write its name behind it, as in ${address}orders`,
    })
  }
  const isLive = /^(sqs|sns|eventbridge|logs|kinesis|dynamodb):\/\/|^arn:/i.test(address)
  throw new EvtError(`cannot read ${address}: archives are read from files, stdin and S3`, {
    code: 'usage',
    hint: isLive
      ? 'evt stats --duration and evt check --watch measure what comes, evt record keeps it'
      : undefined,
  })
}

/** Whether an address leads into a bucket of S3. */
function isBucketAddress(address: string): boolean {
  return /^s3:\/\//i.test(address)
}

async function bucketPlacesOf(address: string, context: AddressContext): Promise<Place[]> {
  const { bucketPlaces } = await import('./bucket-places.js')
  const { aws = {}, buckets = new Map() } = context
  return bucketPlaces(address, { aws, buckets })
}

async function isPattern(address: string, { cwd }: AddressContext): Promise<boolean> {
  if (!isGlob(address)) return false
  return stat(resolve(cwd, address)).then(
    () => false,
    () => true,
  )
}

async function patternPlaces(pattern: string, { cwd }: AddressContext): Promise<Place[]> {
  const { listGlob } = await import('./glob.js')
  return listGlob(pattern, cwd)
}

async function pathPlaces(path: string, { cwd, aliases }: AddressContext): Promise<Place[]> {
  const file = resolve(cwd, path)
  try {
    const target = await stat(file)
    if (target.isDirectory()) return await listFolder(path, file)
    // The shell's <(command), /dev/stdin.
    if (target.isFIFO()) return [{ path, stream: new PeekedStream(pipe(file), path) }]
    if (!target.isFile()) return [{ path, stream: new PeekedStream(device(file), path) }]
    return [{ path, file: await realpath(file), relative: basename(file) }]
  } catch (error) {
    const code = codeOf(error)
    if (error instanceof EvtError) throw error
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw readError(path, error)
    const { missing } = await import('./missing.js')
    throw await missing(
      path,
      cwd,
      Object.keys(aliases).map((name) => `${name}:`),
    )
  }
}

async function* device(file: string): AsyncGenerator<unknown> {
  yield* createReadStream(file)
}

/**
 * Opened when it is read, which waits for somebody who writes. As a socket: a process cannot end
 * while a thread of it waits for a file.
 */
async function* pipe(file: string): AsyncGenerator<unknown> {
  // Elsewhere a pipe that is opened so looks ended while nobody writes yet.
  const noWait = process.platform === 'linux' ? constants.O_NONBLOCK : 0
  const fd = await promisify(open)(file, constants.O_RDONLY | noWait)
  yield* new Socket({ fd, readable: true, writable: false })
}
