import type { DataRequest } from '../erased/requests.js'

/** `evt.gdpr-status/1`: what was asked for, and what is due. */
export interface StatusResult {
  schema: 'evt.gdpr-status/1'
  register: string
  /** How many were erased. */
  erased: number
  overdue: number
  requests: DataRequest[]
}
