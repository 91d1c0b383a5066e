import { stringify } from 'yaml'
import { timeText } from '../event/time.js'
import { Fault } from './events.js'
import { eventId, keyText } from './fields.js'
import { openLedger } from './live/ledger.js'
import { ledgerRule } from './mapping-file.js'
import type { Workload } from './workload.js'

const header = '# What the lines of ledger.ndjson mean: what was produced, lost events too.\n'

/**
 * Writes what the producer of an archive would know: a line each event, those too that never
 * arrive.
 *
 * @throws EvtError `usage` where the folder holds something else, `outside` where it cannot be
 * written
 */
export function writeArchiveLedger(workload: Workload, folder: string, force: boolean): void {
  const ledger = openLedger(folder, { force })
  const { events, rows } = workload
  for (let event = 0; event < events.count; event++) {
    const { type = '', source = '' } = rows[events.row[event] ?? 0] ?? {}
    ledger.add({
      ...{ n: event + 1, id: eventId(workload, event), source, type },
      ...{ key: keyText(events.key[event] ?? 0), sequence: events.sequence[event] ?? 0 },
      ...{ time: timeText(events.timeUs[event] ?? 0), status: 'sent' },
      fault: events.fault[event] === Fault.lost ? 'lost' : null,
    })
    ledger.check()
  }
  ledger.write('evt.yaml', `${header}${stringify({ events: { '*': ledgerRule } })}`)
  ledger.close()
}
