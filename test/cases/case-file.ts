import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Document, isScalar, parseDocument, Scalar } from 'yaml'
import * as z from 'zod'
import type { Outcome } from './outcome.js'

/** A piece of a file. Several make one. */
const piece = z.union([
  z.string(),
  z.strictObject({ repeat: z.string(), times: z.int() }),
  z.strictObject({ hex: z.string() }),
  /** That many bytes that look like chance, always the same. */
  z.strictObject({ noiseBytes: z.int() }),
])

const file = z.union([
  z.string(),
  z.strictObject({
    of: z.array(piece),
    gzip: z.boolean().optional(),
    /** As a frame with the bytes as they are. */
    zstd: z.boolean().optional(),
    /** Bytes left out at the end. */
    cutBytes: z.int().optional(),
    /** The byte at this offset is changed; a negative one counts from the end. */
    flipAt: z.int().optional(),
    /** Octal. */
    mode: z.string().optional(),
  }),
  /** The rows of a query. */
  z.strictObject({ parquet: z.string(), cutBytes: z.int().optional(), flipAt: z.int().optional() }),
  z.strictObject({ folder: z.literal(true), mode: z.string().optional() }),
  z.strictObject({ linkTo: z.string() }),
])

const caseShape = z.strictObject({
  name: z.string(),
  needs: z.enum(['another user', 'a small disk', '/dev/full']).optional(),
  /** By path, below the folder where the line runs. */
  files: z.record(z.string(), file).optional(),
  env: z.record(z.string(), z.string()).optional(),
  /** For `sh -c`, with evt on its path and an empty standard input. */
  line: z.string(),
  /** How stdout is shown here: the fields of its JSON at these paths, or the rows of its table. */
  stdoutAs: z.union([z.literal('arrow'), z.literal('parquet'), z.array(z.string())]).optional(),
  /** Pattern of text that differs between machines → what is shown here for it. */
  vary: z.record(z.string(), z.string()).optional(),
  /** What it says to type next is typed. */
  paste: z.boolean().optional(),
  exit: z.int().optional(),
  stdout: z.string().optional(),
  stderr: z.string().optional(),
  /** By command that was pasted, its exit code. */
  pasted: z.record(z.string(), z.int()).optional(),
})

export type CaseFileSpec = z.infer<typeof file>
export type CasePiece = z.infer<typeof piece>
export type Case = z.infer<typeof caseShape>

/** Lines as they are: nothing is folded. */
const layout = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER }

const isFixed = /^(1|true)$/.test(process.env['CI'] ?? '')
const isRewritten = !isFixed && process.env['EVT_CASES'] === 'rewrite'

/** A file of cases. An expectation that a case does not have yet is what it gives, and is written
 * into the file, but never in CI; EVT_CASES=rewrite writes all of them anew. */
export class CaseFile {
  readonly cases: readonly Case[]
  readonly name: string
  readonly #document: Document
  #isChanged = false

  constructor(readonly path: string) {
    this.name = basename(path, '.yaml')
    this.#document = parseDocument(readFileSync(path, 'utf8'))
    this.cases = z.array(caseShape).parse(this.#document.toJS())
  }

  expected(at: number, found: Outcome): Partial<Outcome> {
    const parts = (['exit', 'stdout', 'stderr', 'pasted'] as const).map((part) => {
      const written = this.cases[at]?.[part]
      if (isFixed || (written !== undefined && !isRewritten)) return [part, written]
      if (found[part] !== undefined) this.#write([at, part], found[part])
      return [part, found[part]]
    })
    return Object.fromEntries(parts)
  }

  save(): void {
    if (!this.#isChanged) return
    writeFileSync(this.path, this.#document.toString(layout))
  }

  #write(place: readonly (string | number)[], value: unknown): void {
    const node = this.#document.createNode(value)
    if (isScalar(node) && typeof value === 'string' && value.includes('\n')) {
      node.type = Scalar.BLOCK_LITERAL
    }
    this.#document.setIn(place, node)
    this.#isChanged = true
  }
}

export function caseFiles(folder: string): CaseFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
  return names.sort().map((name) => new CaseFile(join(folder, name)))
}
