import { Buffer } from 'node:buffer'
import type { Duckdb } from '../engines/duckdb.js'
import type { UndecodableReason } from '../event/event.js'
import type { Witness } from '../stats/result.js'

const MOST_KEPT = 5

/** What could not be decoded at one stage: how many by reason, and the first few. */
export class UndecodableRecords {
  readonly reasons = new Map<string, number>()
  readonly witnesses: Witness[] = []

  get count(): number {
    return [...this.reasons.values()].reduce((sum, each) => sum + each, 0)
  }

  /** Counts the rows of the table `undecodable`, which is emptied by others. */
  async take(duckdb: Duckdb): Promise<void> {
    const counts = await duckdb.rows(
      'SELECT reason, count(*) FROM undecodable GROUP BY reason ORDER BY reason',
    )
    for (const [reason, count] of counts) {
      const name = String(reason)
      this.reasons.set(name, (this.reasons.get(name) ?? 0) + Number(count))
    }
    const left = MOST_KEPT - this.witnesses.length
    if (left === 0 || counts.length === 0) return
    const first = await duckdb.rows(
      `SELECT position.path, position.record, reason, detail, to_base64(head) FROM undecodable
       ORDER BY position.path, position.record LIMIT ${left}`,
    )
    for (const [path, record, reason, detail, head] of first) {
      this.witnesses.push({
        position: { path: String(path), record: Number(record) },
        reason: String(reason) as UndecodableReason, // the decoder wrote it
        role: String(detail),
        head: Buffer.from(String(head), 'base64').toString('utf8'),
      })
    }
  }
}
