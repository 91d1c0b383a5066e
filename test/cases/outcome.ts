/** What a run of evt gave, as it is compared. */
export interface Outcome {
  exit: number | null
  stdout: string
  stderr: string
  /** The exit code of each command that it said to type next; absent where none was typed. */
  pasted: Record<string, number | null> | undefined
}
