import type { DataRequest } from '../erased/requests.js'

/** `evt.gdpr-status/1`: what was asked for, and what is due. */
export interface StatusResult {
  schema: 'evt.gdpr-status/1'
  register: string
  /** How many are left out. */
  erased: number
  /** How many of those, and of the requests, were withdrawn. */
  withdrawn: number
  overdue: number
  requests: DataRequest[]
}
