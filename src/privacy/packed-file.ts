import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Compression } from '../archives/object.js'
import { openDuckdb } from '../engines/duckdb.js'
import { quoteFile, quoteText } from '../engines/leaf-tree.js'

const CHUNK_BYTES = 1024 * 1024
const PACKING_BYTES = 4e9

/** A file that is written piece by piece, and packed when it is whole. */
export class PackedFile {
  #waiting: Buffer[] = []
  #waitingBytes = 0

  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  static async open(file: string): Promise<PackedFile> {
    return new PackedFile(file, await open(file, 'w', 0o600))
  }

  async write(bytes: Buffer): Promise<void> {
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    if (this.#waitingBytes >= CHUNK_BYTES) await this.#flush()
  }

  /** Lets somebody else write all of the file. */
  async fill(make: (file: string) => Promise<void>): Promise<void> {
    await this.#flush()
    await make(this.file)
  }

  /** Afterwards the file is on the disk, packed. */
  async finish(compression: Compression): Promise<void> {
    await this.#flush()
    await this.handle.close()
    if (compression !== 'none') await packed(this.file, compression)
    const handle = await open(this.file, 'r+')
    await handle.sync().finally(() => handle.close())
  }

  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined)
    for (const file of [this.file, packedName(this.file)]) await rm(file, { force: true })
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    await this.handle.writeFile(bytes)
  }
}

async function packed(file: string, compression: 'gzip' | 'zstd'): Promise<void> {
  const target = packedName(file)
  if (compression === 'gzip') await packGzip(file, target)
  else await packZstd(file, target)
  await rename(target, file)
}

function packedName(file: string): string {
  return `${file}.packed`
}

async function packGzip(file: string, target: string): Promise<void> {
  const [from, to] = [await open(file, 'r'), await open(target, 'w', 0o600)]
  const source = from.createReadStream({ highWaterMark: CHUNK_BYTES })
  await pipeline(source, createGzip(), to.createWriteStream())
}

/** @param beside what is written meanwhile, by whose name it is packed */
export async function packZstdBytes(data: Buffer, beside: string): Promise<Buffer> {
  const plain = `${beside}.plain`
  await writeFile(plain, data, { mode: 0o600 })
  try {
    await packZstd(plain, packedName(beside))
    return await readFile(packedName(beside))
  } finally {
    for (const file of [plain, packedName(beside)]) await rm(file, { force: true })
  }
}

/** Node has zstd from 22.15 only. One thread, so that the same bytes are packed to the same. */
async function packZstd(file: string, target: string): Promise<void> {
  const duckdb = await openDuckdb({ memoryLimitBytes: PACKING_BYTES, threads: 1 })
  try {
    const content = `SELECT content FROM read_blob(${quoteFile(file)})`
    await duckdb.rows(`COPY (${content}) TO ${quoteText(target)} (FORMAT blob, COMPRESSION zstd)`)
  } finally {
    await duckdb.close()
  }
}
