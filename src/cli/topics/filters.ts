import type { Topic } from './topic.js'

export const topic: Topic = {
  parts: [
    'Filters apply before anything is measured: the first delivery of an event is the first that ' +
      'is selected, and no figure or finding tells of what was left out. What cannot be decoded ' +
      'has neither time nor type: it is counted whatever is selected.',
    {
      terms: [
        ['--since TIME', 'only what arrived at or after this time'],
        ['--until TIME', 'only what arrived before this time'],
        ['--type GLOB', 'only events of these types; repeat it for more'],
        ['--sample SHARE', 'only this share of the events, such as 1% or 0.01'],
      ],
    },
    { heading: 'times' },
    'A time is a duration that counts back from now (90s, 15m, 24h, 7d, 2w) or ISO 8601 ' +
      '(2026-11-01, 2026-11-01T14:00, 2026-11-01T14:00:00.123+01:00); without an offset it is ' +
      'UTC. What counts is receivedAt where it is known, else time. Events that have neither are ' +
      'left out as soon as a time is asked for.',
    'Folders by date (2026/11/01/05/) or hive keys (year=2026/month=11/) that cannot hold what ' +
      'is asked for are not read. Their ends are widened by an hour, so that a file that lies in ' +
      'the next folder is found.',
    { heading: 'types' },
    'In a GLOB * is any text, ? any one character, everything else itself; the whole type has to ' +
      'fit. Quote it, or the shell may expand it.',
    { heading: 'samples' },
    'A sample takes all deliveries of an event or none, by the hash of its identity, and always ' +
      'the same ones. Every figure is then an estimate and marked as one.',
    { heading: 'examples' },
    {
      verbatim: [
        'evt stats archive/ --since 2026-11-01 --until 2026-11-02',
        "evt stats archive/ --since 24h --type 'order.*' --type invoice.sent",
        'evt stats archive/ --sample 1%',
      ],
    },
  ],
}
