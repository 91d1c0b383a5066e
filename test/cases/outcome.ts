/** What a run of evt gave, as it is compared. */
export interface Outcome {
  exit: number | null
  stdout: string
  stderr: string
}
