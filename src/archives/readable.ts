import type { ArchiveObject, Fault, FileObject, ReadableObject } from './object.js'

/** An object that can be read, until it is released. */
export interface Readable<T extends ReadableObject = ReadableObject> {
  readonly object: T
  release(): void
}

const nothing = () => {}

/** Fetches an object that is elsewhere; what is here is readable as it is. */
export async function readable(object: ArchiveObject): Promise<Readable | Fault> {
  if (object.kind === 'remote') return readableFile(object)
  return { object, release: nothing }
}

/** The same for what is no stream. */
export async function readableFile(
  object: Exclude<ArchiveObject, { kind: 'stream' }>,
): Promise<Readable<FileObject> | Fault> {
  if (object.kind === 'file') return { object, release: nothing }
  const { path, sizeBytes } = object
  const held = await object.copy.hold()
  if ('reason' in held) return held
  const { file, mtimeMs, release } = held
  return { object: { kind: 'file', path, file, sizeBytes, mtimeMs }, release }
}

export function isFault(readable: Readable | Fault): readable is Fault {
  return 'reason' in readable
}

/** Interrupts what waits for more of an object. */
export function stopReading(object: ArchiveObject): void {
  if (object.kind === 'stream') object.stream.stop()
  if (object.kind === 'remote') object.copy.stop()
}
