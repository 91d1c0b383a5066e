import type { CheckResult } from '../gate/result.js'
import { jsonText } from './stats-json.js'

/** `evt.check/1` as one line of JSON: keys in one order. */
export function checkJson(result: CheckResult): string {
  const { schema, verdict, sources, partial, span, events, doubts, baseline, rules } = result
  return jsonText({
    ...{ schema, verdict, sources, partial, span, events, doubts, baseline },
    rules: rules.map((judged) => {
      const { rule, severity, type, source, unit, value, limit, margin } = judged
      const { interval, samples, verdict: its, explain, change, window, numbers } = judged
      return {
        ...{ rule, severity, type, source, verdict: its, unit, value, limit, margin },
        ...{ baseline: judged.baseline, interval, samples },
        ...(change && { change }),
        ...(window && { window }),
        ...{ explain, numbers },
      }
    }),
  })
}
