import type { DuckDBValue } from '@duckdb/node-api'
import type { ReconcileRow } from './result.js'

const names = [
  ...(['sent', 'received', 'lost', 'unexpected', 'duplicated', 'late', 'recovered'] as const),
  ...(['inFlight', 'lostUnacknowledged', 'timed', 'withStatus', 'judged'] as const),
  ...(['untimedMissing', 'skewed'] as const),
]
type Name = (typeof names)[number]

/** What can be claimed of two stages. */
export interface Claims {
  /** It is known until when what was sent could be received. */
  hasEnd: boolean
  /** The sender tells whether its sending was acknowledged. */
  hasStatus: boolean
}

/** The counts of `queries/reconcile/figures.sql` for one row, and for several together. */
export class Counts {
  private readonly counts = new Map<Name, number>()
  /** The shortest way, below zero where clocks disagree; null where none is known. */
  leastTookUs: number | null = null
  sentAgain = 0

  static of(values: readonly DuckDBValue[]): Counts {
    const made = new Counts()
    for (const [n, name] of names.entries()) made.counts.set(name, Number(values[n] ?? 0))
    const least = values[names.length] ?? null
    made.leastTookUs = least === null ? null : Number(least)
    made.sentAgain = Number(values[names.length + 1] ?? 0)
    return made
  }

  get(name: Name): number {
    return this.counts.get(name) ?? 0
  }

  add(other: Counts): void {
    for (const name of names) this.counts.set(name, this.get(name) + other.get(name))
    this.sentAgain += other.sentAgain
    if (other.leastTookUs === null) return
    this.leastTookUs = Math.min(other.leastTookUs, this.leastTookUs ?? other.leastTookUs)
  }

  /** Sent and received. */
  get matched(): number {
    return this.get('received') - this.get('unexpected')
  }

  row({ hasEnd, hasStatus: isTold }: Claims): ReconcileRow {
    const hasStatus = isTold && (this.get('withStatus') > 0 || this.get('sent') === 0)
    const canBeLost = this.get('sent') === 0 || (hasEnd && this.get('timed') > 0)
    const lost = canBeLost ? this.get('lost') : null
    return {
      ...{ sent: this.get('sent'), received: this.get('received'), lost },
      ...{ unexpected: this.get('unexpected'), duplicated: this.get('duplicated') },
      late: this.matched > 0 && this.get('judged') === 0 ? null : this.get('late'),
      recovered: hasStatus ? this.get('recovered') : null,
      inFlight: this.get('inFlight'),
      lostUnacknowledged: hasStatus && lost !== null ? this.get('lostUnacknowledged') : null,
    }
  }
}
