import type { Topic } from './topic.js'

export const topic: Topic = {
  parts: [
    'A flow says what should happen one after the other. evt query tells how many of its runs ' +
      'were completed, late, or got stuck, and how long each step takes.',
    {
      verbatim: [
        'flows:',
        '  pay: order.placed -> order.paid within 1h',
        '  ship: order.placed -> order.paid within 1h -> order.sent within 2d',
      ],
    },
    'A step is a type, and how long after the step before it may come at most: us, ms, s, m, h ' +
      'or d. Without within any time will do.',
    {
      terms: [
        ['flows/summary', 'runs completed, late, stuck and open, by flow'],
        ['flows/steps', 'percentiles of each step'],
        ['flows/stuck', 'the runs that wait for a step that was due, with their ids'],
      ],
    },
    { heading: 'runs' },
    'Each event of the first type begins a run; copies of it do not. The next step is the first ' +
      'event of its type that happened at the same time or later and belongs to the event of the ' +
      'step before: it has the same correlationId, where both have one. Where one has none, the ' +
      'first of its entities has to be the same, and for an event without entities its key takes ' +
      'their place. Runs may share a step. Events without a time are in no run.',
    { heading: 'states' },
    {
      terms: [
        ['completed', 'every step came, and came in time'],
        ['late', 'every step came, one at least too late'],
        ['stuck', 'a step did not come, and was due before the archive ends'],
        ['open', 'a step did not come, and is not due yet or has no limit'],
      ],
    },
    'The archive ends with its last arrival, or where arrivals were not recorded, with the ' +
      'last time. What filters leave out is in no run and ends nothing.',
    { heading: 'examples' },
    {
      verbatim: [
        'evt query flows/summary archive/',
        'evt query flows/stuck archive/ --param flow=pay -o csv',
        'evt query --sql "select * from flow_steps order by run" archive/',
      ],
    },
  ],
}
