import { faultCount, faultWitnesses } from './faulty-fields.js'
import { about, type Counted, type Draft } from './finding.js'
import { surveyByType } from './per-type.js'
import { counted, nameOf } from './phrases.js'

/** Messages whose body is not the one that SQS made its MD5 of. */
export function checksums(evidence: Counted): Draft[] {
  return surveyByType(evidence).flatMap((of) => {
    const where = { ...of, field: 'body', reason: 'checksum' } as const
    const count = faultCount(evidence, where)
    if (count === 0) return []
    const [have, their] = count === 1 ? ['has', 'its'] : ['have', 'their']
    return [
      {
        kind: 'checksum',
        ...about(of),
        severity: 'warning',
        count,
        weight: count,
        explain:
          `${counted(count, 'event')} of ${nameOf(of)} ${have} a body that ${their} MD5 is not ` +
          'of: it was changed after SQS had taken the message. Saved samples often were edited.',
        witnesses: faultWitnesses(evidence, where),
      },
    ]
  })
}
