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
        ['--filter PATTERN', 'only events that match this event pattern'],
        ['--entity KIND:ID', 'only events about this entity (evt query, evt audit)'],
        ['--key KEY', 'only events of this ordering key (evt query)'],
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
    { heading: 'patterns' },
    'A pattern is what a rule of EventBridge has, or @ and the file that holds one. It begins ' +
      'where the paths of mappings do: at the object with detail, at the CloudEvent, else at the ' +
      'body. Every field of it has to match, and one of the values in its list is enough; where ' +
      'the event has a list, one of its entries is enough. Fields below one list of the event ' +
      'have to match in the same entry.',
    {
      terms: [
        ['"a", 5, true, null', 'the value itself; a text is not a number'],
        ['prefix, suffix', '{"prefix": "order."}, or {"prefix": {"equals-ignore-case": "ORDER."}}'],
        ['equals-ignore-case', '{"equals-ignore-case": "paid"}'],
        ['wildcard', '{"wildcard": "order.*.paid"}; \\* and \\\\ are themselves'],
        ['anything-but', '{"anything-but": ["a", "b"]}, numbers, or {"prefix": ...} and the like'],
        ['numeric', '{"numeric": [">", 0, "<=", 5]}, with =, <, <=, > and >='],
        ['cidr', '{"cidr": "10.0.0.0/24"}'],
        ['exists', '{"exists": true}; {"exists": false}: no value at this place'],
        ['$or', '"$or": [{"a": [1]}, {"b": [2]}]: one of them is enough'],
      ],
    },
    'With --filter evt stats and evt diff decode all events, which takes longer.',
    'As everywhere in evt an integer beyond 2^53 is the text of its digits: a pattern that has ' +
      'it as a number finds it, numeric does not.',
    { heading: 'samples' },
    'A sample takes all deliveries of an event or none, by the hash of its identity, and always ' +
      'the same ones. Every figure is then an estimate and marked as one.',
    { heading: 'examples' },
    {
      verbatim: [
        'evt stats archive/ --since 2026-11-01 --until 2026-11-02',
        "evt stats archive/ --since 24h --type 'order.*' --type invoice.sent",
        'evt stats archive/ --sample 1%',
        `evt query by-type archive/ --filter '{"source": [{"prefix": "shop"}]}'`,
        'evt audit --entity order:7 archive/ --filter @pattern.json',
      ],
    },
  ],
}
