/** How far a text was read that may go on: the bytes, and the last of them, which tell whether it
 * is still the same. */
export interface TextPlace {
  offset: number
  /** In base64. */
  mark: string
  /** The number of the next record; 0 where it is not known. */
  record: number
  /** The line that goes on there is not wanted. */
  isWaiting: boolean
}

/** How much was read of what is read whole, as long as it stays what it was. */
interface WholePlace {
  sizeBytes: number
  mtimeMs: number
  /** How many records were given. */
  records: number
}

/** A file as far as it was read: by what it is, since its name may change. */
export interface SavedFile {
  path: string
  ino: number
  text?: TextPlace
  whole?: WholePlace
}

/** The checkpoint of files; of one that was rotated the older ones first. */
export interface FilesCheckpoint {
  files: SavedFile[]
}

/** What was saved, as far as it is a checkpoint of files. */
export function savedFiles(resume: unknown): SavedFile[] {
  const files: unknown = isRecord(resume) ? resume['files'] : undefined
  return Array.isArray(files) ? files.filter(isSavedFile) : []
}

function isSavedFile(value: unknown): value is SavedFile {
  if (!isRecord(value) || typeof value['path'] !== 'string' || !isNumber(value['ino'])) return false
  const { text, whole } = value
  return isTextPlace(text) || isWholePlace(whole)
}

function isTextPlace(text: unknown): boolean {
  if (!isRecord(text)) return false
  const { offset, mark, record, isWaiting } = text
  return isNumber(offset) && isNumber(record) && typeof mark === 'string' && isBoolean(isWaiting)
}

function isWholePlace(whole: unknown): boolean {
  if (!isRecord(whole)) return false
  return isNumber(whole['sizeBytes']) && isNumber(whole['mtimeMs']) && isNumber(whole['records'])
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && value >= 0
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
