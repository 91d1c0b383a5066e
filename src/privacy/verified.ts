import type { AwsOptions } from '../aws/options.js'

export interface VerifyOptions {
  /** Whom to ask for objects of S3; undefined: nobody is asked. */
  aws: AwsOptions | undefined
  signal: AbortSignal
}

/** `evt.verify/1`: whether a bundle is what was written. */
export interface VerifyResult {
  schema: 'evt.verify/1'
  bundle: string
  intact: boolean
  createdAt: string | null
  /** As its manifest lists them. */
  files: number
  bytes: number
  matched: number | null
  faults: { name: string; fault: string }[]
  /** Objects of S3 that nobody was asked for: a bundle is checked without. */
  unasked?: number
  /** Of an encrypted bundle: whether its files could be read with the keys that were named. */
  encrypted?: 'readable' | 'unreadable' | 'notTried'
  /** Of the evidence of an erasure: how many recipients have answered, which have not, and who said
   * that it is not erased. */
  acknowledged?: { answered: number; missing: string[]; open: string[] }
  /** Of the evidence of an erasure: objects that were written again since, or are elsewhere. What
   * they were then, the evidence tells all the same. */
  changedSince?: { name: string; fault: string }[]
}
