import { ZstdEngine } from '../zstd/engine.js'
import type { Report } from './object.js'

export interface UnzstdOptions {
  report: Report
  chunkBytes: number
}

/**
 * Unpacks zstd of any number of frames, skippable ones among them; the checksum of a frame that has
 * one is verified. All that precedes a cut or a corrupt place comes, to the block, also from a
 * stream; at most 128 MiB of what was unpacked are held, for the window of a frame.
 */
export async function* unzstd(
  stored: AsyncIterable<Buffer>,
  { report, chunkBytes }: UnzstdOptions,
): AsyncGenerator<Buffer> {
  const engine = await ZstdEngine.open(Math.max(64, chunkBytes))
  try {
    for await (const piece of stored) {
      yield* engine.unpack(piece)
      if (engine.failure) return report({ reason: 'corrupt', detail: engine.failure })
    }
    if (engine.isInFrame) report({ reason: 'cut', detail: 'ends before its zstd data does' })
  } finally {
    engine.close()
  }
}
