import * as z from 'zod'
import { chainOf, type ErasureManifest, manifestText, type Sealed } from './manifest.js'

/** What is looked at of a manifest; all of it is in its chain. */
const written = z.looseObject({
  schema: z.literal('evt.bundle/1'),
  right: z.string(),
  createdAt: z.string(),
  counts: z.looseObject({ matched: z.int() }),
  encryption: z.looseObject({ recipients: z.array(z.string()) }).nullish(),
  recipients: z
    .looseObject({ consumers: z.array(z.looseObject({ id: z.string(), name: z.string() })) })
    .nullish(),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string() })),
  acknowledgements: z
    .array(
      z.looseObject({
        before: z.string(),
        answers: z.array(
          z.looseObject({ recipient: z.string(), status: z.string(), at: z.string().nullable() }),
        ),
      }),
    )
    .optional(),
  chainSha256: z.string(),
})

export type ManifestWords = z.infer<typeof written>

interface ReadManifest {
  readonly said: ManifestWords
  /** All that stands there, in its order. */
  readonly whole: Sealed
}

/** Undefined where a byte of it is not what evt wrote, be it of what was there before answers
 * were added. */
export function manifestIn(text: string): ReadManifest | undefined {
  try {
    const all: unknown = JSON.parse(text)
    const said = written.parse(all)
    // What is hashed is all that stands there, in its order.
    const whole = all as Sealed
    const isWritten = manifestText({ ...whole }) === text && isLinked(whole)
    return isWritten ? { said, whole } : undefined
  } catch {
    return undefined
  }
}

/** Each round of answers names the chain of what the manifest was without it. */
function isLinked({ chainSha256, ...manifest }: Sealed): boolean {
  if (chainOf(manifest) !== chainSha256) return false
  const before = withoutLastRound(manifest as ErasureManifest)
  return before === undefined || isLinked({ ...before.manifest, chainSha256: before.chainSha256 })
}

function withoutLastRound({ acknowledgements = [], ...manifest }: ErasureManifest) {
  const last = acknowledgements.at(-1)
  if (!last) return undefined
  const earlier = acknowledgements.slice(0, -1)
  const all = earlier.length === 0 ? manifest : { ...manifest, acknowledgements: earlier }
  return { manifest: all, chainSha256: last.before }
}
