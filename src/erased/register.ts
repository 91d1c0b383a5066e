import { createHmac, randomBytes } from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import * as z from 'zod'
import { makeFolder } from '../archives/make-folder.js'
import { codeOf, readError } from '../archives/read-error.js'
import type { Config } from '../config/config.js'
import { dataFolder } from '../config/data-folder.js'
import { EvtError } from '../errors.js'
import type { Mapping } from '../event/mapping.js'
import { typeMatcher } from '../event/type-globs.js'

/** A line of the register. No identifier is in it: who was erased is a keyed hash of `kind:id`. */
const line = z.discriminatedUnion('is', [
  z.object({
    is: z.literal('asked'),
    request: z.string(),
    right: z.enum(['access', 'portability', 'erasure', 'rectification']),
    /** When the request was received, and its file, without identifiers. */
    at: z.iso.datetime(),
    file: z.string(),
  }),
  z.object({ is: z.literal('done'), request: z.string(), at: z.iso.datetime() }),
  z.object({
    is: z.literal('erased'),
    of: z.string(),
    hmacSha256: z.string(),
    at: z.iso.datetime(),
    /** Globs of types that have to be kept. */
    holds: z.array(z.string()).optional(),
  }),
  // What was noted by mistake stays, and so does why it does not hold any more.
  z.object({
    is: z.literal('withdrawn'),
    /** Of an identifier that is not to be left out any more, or of a request. */
    hmacSha256: z.string().optional(),
    request: z.string().optional(),
    at: z.iso.datetime(),
    reason: z.string(),
  }),
])
export type RegisterLine = z.infer<typeof line>
type ErasedLine = Extract<RegisterLine, { is: 'erased' }>

interface RegisterPlace {
  config: Pick<Config, 'privacy' | 'file'>
  cwd: string
  env: Readonly<Record<string, string | undefined>>
}

/**
 * Who was erased, and what was asked for: a file of lines, which only grows, and the key of its
 * hashes beside it. Whoever has the file alone learns of nobody.
 */
export class Register {
  private constructor(
    readonly file: string,
    readonly lines: readonly RegisterLine[],
    private readonly key: string | undefined,
    private readonly erased: ReadonlyMap<string, readonly string[]>,
  ) {}

  /**
   * Where nothing was registered yet it is empty, and there is no file.
   *
   * @throws EvtError `outside` where it cannot be read, or its key is gone
   */
  static async open(file: string): Promise<Register> {
    const text = await textOf(file)
    const lines = linesIn(file, text ?? '')
    const key = keyIn(await textOf(keyFile(file)))
    const hashes = erasedIn(lines)
    if (hashes.size > 0 && !key) {
      throw new EvtError(`${keyFile(file)} is gone: nobody knows who was erased`, {
        code: 'outside',
        hint: `put it back beside ${file}`,
      })
    }
    return new Register(file, lines, key, hashes)
  }

  get isEmpty(): boolean {
    return this.erased.size === 0
  }

  /** How many identifiers were erased, without those that were withdrawn. */
  get size(): number {
    return this.erased.size
  }

  /** Kinds of whom was erased that a mapping does not know: nobody of them is found by it. */
  unknownTo(mapping: Mapping): string[] {
    const known = kindsIn(mapping)
    return this.#kinds.filter((kind) => !known.has(kind)).sort()
  }

  /** Whether somebody was erased whom a mapping can find. */
  knowsAny(mapping: Mapping): boolean {
    const known = kindsIn(mapping)
    return this.#kinds.some((kind) => known.has(kind))
  }

  get #kinds(): string[] {
    const kinds = this.lines.flatMap((one) =>
      one.is === 'erased' && this.erased.has(one.hmacSha256) ? [one.of] : [],
    )
    return [...new Set(kinds)]
  }

  /** Whether one of these was erased, as `kind:id`. */
  hasAny(entities: readonly string[]): boolean {
    const { key } = this
    if (this.isEmpty || key === undefined) return false
    return entities.some((entity) => this.erased.has(hashOf(key, entity)))
  }

  /** Whether an event of a type is to be kept as it is, although it is about one of these. */
  isHeld(type: string, entities: readonly string[]): boolean {
    const { key } = this
    if (this.isEmpty || key === undefined) return false
    const holds = entities.flatMap((entity) => this.erased.get(hashOf(key, entity)) ?? [])
    return holds.length > 0 && typeMatcher(holds)(type)
  }

  /** Adds lines that are not there yet, which are on the disk then.
   * @throws EvtError `outside` where the disk fails */
  async add(lines: readonly RegisterLine[]): Promise<void> {
    const known = new Set(this.lines.flatMap((one) => sameness(one) ?? []))
    const fresh = lines.filter((one) => {
      if (one.is === 'erased') return !this.#isSaid(one)
      return !known.has(sameness(one) ?? '')
    })
    if (fresh.length === 0) return
    // What was cut before stays a line of its own.
    await append(this.file, `${fresh.map((one) => `\n${JSON.stringify(one)}`).join('')}\n`)
  }

  #isSaid({ hmacSha256, holds = [] }: ErasedLine): boolean {
    const held = this.erased.get(hmacSha256)
    return held !== undefined && holds.every((glob) => held.includes(glob))
  }

  /** The lines that say that these were erased; the key is made when it is first needed. */
  async linesOf(
    entities: readonly string[],
    at: string,
    holds: readonly string[] = [],
  ): Promise<RegisterLine[]> {
    const hashes = await this.hashesOf(entities)
    return entities.map((entity, n) => ({
      is: 'erased',
      of: entity.slice(0, entity.indexOf(':')),
      hmacSha256: hashes[n] ?? '',
      at,
      ...(holds.length > 0 && { holds: [...holds] }),
    }))
  }

  /** What texts are called here: who has the key of the register knows each by it. */
  async hashesOf(texts: readonly string[]): Promise<string[]> {
    if (texts.length === 0) return []
    const key = this.key ?? (await this.#newKey())
    return texts.map((text) => hashOf(key, text))
  }

  /**
   * Notes that somebody is not to be left out any more, or that a request was none.
   *
   * @param what `kind:id`, or the name of a request
   * @returns whether there was such a one
   */
  async withdraw(what: string, { at, reason }: { at: string; reason: string }): Promise<boolean> {
    const { key } = this
    const hmacSha256 = key === undefined ? '' : hashOf(key, what)
    if (this.erased.has(hmacSha256)) {
      await this.add([{ is: 'withdrawn', hmacSha256, at, reason }])
      return true
    }
    const isRequest = this.lines.some((one) => one.is === 'asked' && one.request === what)
    if (isRequest) await this.add([{ is: 'withdrawn', request: what, at, reason }])
    return isRequest
  }

  /** It is there whole or not at all: of a part, or of nothing, hashes would tell who it is. */
  async #newKey(): Promise<string> {
    const [key, file] = [randomBytes(32).toString('hex'), keyFile(this.file)]
    const aside = `${file}.${process.pid}.part`
    try {
      await append(aside, `${key}\n`)
      // Where a disk was full, or evt was killed, there may be one that says nothing.
      if (keyIn(await textOf(file)) === undefined) await rm(file, { force: true })
      await link(aside, file)
      return key
    } catch (error) {
      const other = keyIn(await textOf(file))
      if (codeOf(error) === 'EEXIST' && other !== undefined) return other
      throw error instanceof EvtError ? error : notWritten(file, error)
    } finally {
      await rm(aside, { force: true })
    }
  }
}

function kindsIn({ rules }: Mapping): Set<string> {
  return new Set(rules.flatMap(({ mapping }) => mapping.entities ?? []).map(({ kind }) => kind))
}

/** `privacy.register` of evt.yaml, else a file of the user's. */
export function registerFile({ config, cwd, env }: RegisterPlace): string {
  const named = config.privacy?.register
  if (named === undefined) return join(dataFolder(env), 'erased.ndjson')
  return isAbsolute(named) ? named : resolve(cwd, dirname(config.file ?? '.'), named)
}

/** What a request is called, of the key of its plan or bundle. */
export function requestId(key: string): string {
  return hashOf(key, 'request').slice(0, 12)
}

function keyFile(file: string): string {
  return `${file}.key`
}

/** Undefined for what is no whole key. */
function keyIn(text: string | undefined): string | undefined {
  return /^([0-9a-f]{64})\s*$/.exec(text ?? '')?.[1]
}

function hashOf(key: string, entity: string): string {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(entity).digest('hex')
}

/** When it was first said is when it was. Who was erased may be so again, once it was withdrawn. */
function sameness(one: RegisterLine): string | undefined {
  return 'hmacSha256' in one ? undefined : `${one.is} ${one.request}`
}

/** Those that are erased by what was said last. What is held of them adds up: too much that is kept
 * can be mended. */
function erasedIn(lines: readonly RegisterLine[]): Map<string, readonly string[]> {
  const hashes = new Map<string, readonly string[]>()
  for (const one of lines) {
    if (one.is === 'erased') {
      const { hmacSha256, holds = [] } = one
      hashes.set(hmacSha256, [...(hashes.get(hmacSha256) ?? []), ...holds])
    }
    if (one.is === 'withdrawn') hashes.delete(one.hmacSha256 ?? '')
  }
  return hashes
}

/** A line that was being written when evt was killed does not count; any other must be read: what
 * it says may not be forgotten. */
function linesIn(file: string, text: string): RegisterLine[] {
  const lines = text.split('\n').filter((one) => one !== '')
  return lines.flatMap((one, n) => {
    try {
      return [line.parse(JSON.parse(one))]
    } catch (error) {
      if (!one.endsWith('}')) return []
      throw new EvtError(`${file} has a line that is not of a register: ${n + 1}`, {
        code: 'outside',
        hint: 'it says who was erased: put back what was there',
        cause: error,
      })
    }
  })
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error) => {
    // A home such as /dev/null has no folders.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw readError(file, error)
  })
}

async function append(file: string, text: string): Promise<void> {
  try {
    await makeFolder(dirname(file))
    const handle = await open(file, 'a', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw notWritten(file, error)
  }
}

function notWritten(file: string, cause: unknown): EvtError {
  return new EvtError(`${file} cannot be written: who was erased has to be known`, {
    code: 'outside',
    hint: 'privacy.register in evt.yaml names another file',
    cause,
  })
}
