import { metrics, metricsOfFlows } from '../../gate/metrics.js'
import type { Topic } from './topic.js'

export const topic: Topic = {
  parts: [
    'evt check judges a run by rules: those typed with --rule, and those in evt.yaml. A rule ' +
      'says what must hold.',
    {
      verbatim: [
        'checks:',
        '  - latency.p99 < 500ms',
        '  - latency.p99 vs baseline < +10% or +5ms',
        '  - order.*: duplicates.rate < 0.1%',
        '  - "window 5m: latency.p99 < 800ms"',
        '  - "flow checkout: stuck == 0"',
        '  - warn age < 10m',
        'expect: [order.placed, order.paid]',
      ],
    },
    {
      terms: [
        ['TYPES:', 'each type that the glob matches, by itself; in quotes where it is a word'],
        ['window TIME:', 'each tumbling window of all types'],
        ['flow NAME:', 'the runs of a flow of evt.yaml'],
        ['vs baseline', 'a difference, with its sign; of two, the one that allows more'],
        ['warn', 'told, and nothing is broken by it'],
        ['expect TYPES', 'events of this type have to come'],
      ],
    },
    { heading: 'metrics' },
    `${metrics.map(({ name }) => name).join(', ')}; of a flow ` +
      `${metricsOfFlows.map(({ name }) => name).join(', ')}.`,
    { heading: 'verdicts' },
    {
      terms: [
        ['pass', 'the figure is within its limit, and made of as many samples as it needs'],
        [
          'fail',
          'it is beyond; vs baseline: and it surely differs from it, with 99% confidence, also ' +
            'where samples come in bursts',
        ],
        [
          'inconclusive',
          'too few samples, no such event, a clock coarser than the rule, or a difference beyond ' +
            'the limit that may be chance',
        ],
      ],
    },
    'A baseline is a folder of runs that evt baseline save wrote, also in S3, one of them, a ' +
      'histogram log, a summary of k6 or a metric of CloudWatch (percentiles alone), or another ' +
      'SOURCE. Of a folder the newest five runs are compared with. A metric is written ' +
      'cloudwatch://NAMESPACE/METRIC?DIMENSION=VALUE, with &over=7d for how far back (1d if ' +
      'unsaid), and &unit=us, ms or s where CloudWatch knows none. docs/gate.md says how it is ' +
      'decided, and how often it is wrong.',
    { heading: 'examples' },
    {
      verbatim: [
        'evt check archive/ --rule "latency.p99 < 500ms" --rule "events >= 1000"',
        'evt baseline save archive/ --to runs/',
        'evt check archive/ --baseline runs/ --rule "latency.p99 vs baseline < +10%"',
      ],
    },
  ],
}
