import type { ErrorCode } from '../errors.js'

/** How a run ended: `ok`, `defect`, or the code of an EvtError. */
export type Outcome = 'ok' | 'defect' | ErrorCode

/** Every exit code of evt, with the sentence that the documentation prints. */
export const exitCodes: Readonly<Record<Outcome, { exit: number; meaning: string }>> = {
  ok: { exit: 0, meaning: 'Done.' },
  defect: { exit: 1, meaning: 'A defect in evt.' },
  usage: {
    exit: 2,
    meaning:
      'Wrong use: flag, argument, configuration, a SOURCE that is not there or not readable.',
  },
  outside: {
    exit: 3,
    meaning:
      'The outside failed: engine, disk, a truncated or corrupt object; the result is printed, ' +
      'marked partial.',
  },
  gate: {
    exit: 4,
    meaning:
      'A rule of `evt check` is broken, or faults that were asked about were found (`evt loops`: ' +
      'there are loops; `evt audit --against`: the copy is not equal; `evt reconcile --fail-on`: ' +
      'there are such events; `evt topology check`: there are errors; `evt topology match ' +
      '--fail-on nowhere`: nobody gets the event; `evt alarms diff`, `evt dashboard diff ' +
      '--fail-on changed`: something differs; `evt gdpr verify`: a byte is not what was ' +
      'written; `evt demo`: a figure differs from what was planted).',
  },
  inconclusive: {
    exit: 5,
    meaning: 'Inconclusive: no data; a rule of `evt check` that can be neither held nor broken.',
  },
  interrupted: {
    exit: 130,
    meaning: 'Interrupted; what was measured so far is printed and marked partial.',
  },
}
