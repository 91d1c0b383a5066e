/** Compressed text is taken to be this many times larger than it is stored. */
const TYPICAL_RATIO = 6

/** About how much text a file holds, by its name. */
export function textBytesOf({ path, sizeBytes }: { path: string; sizeBytes: number }): number {
  return sizeBytes * (/\.(gz|gzip|zst|zstd|avro|parquet)$/i.test(path) ? TYPICAL_RATIO : 1)
}
