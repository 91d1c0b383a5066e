/**
 * Which room of the tree may import which: from the top floor to the ground. A room imports from
 * every floor below its own; inside a floor, only along the edges that stand here.
 */
export const floors: readonly (readonly string[])[] = [
  ['bin'],
  ['commands', 'cli'],
  ['demo', 'screen', 'serve'],
  [
    'ui',
    'dashboards',
    'replay',
    'dlq',
    'privacy',
    'topology',
    'gate',
    'schema',
    'stats',
    'audit',
    'generate',
    'init',
    'indexing',
    'tail',
    'leftovers',
    'lag',
    'doctor',
    'live',
    'loops',
    'reconcile',
    'record',
    'publish',
    'athena',
  ],
  ['questions', 'meters'],
  ['reading'],
  ['archive-index', 'erased'],
  ['taps', 'sinks', 'archives', 'engines', 'registry', 'claims'],
  ['envelopes', 'aws', 'config'],
  ['avro', 'zstd'],
  ['event', 'errors'],
]

/** Edges inside a floor: room → the rooms beside it that it may import. */
export const edges: Readonly<Record<string, readonly string[]>> = {
  commands: ['cli'],
  // The shape of a result, to draw it.
  ui: [
    ...['stats', 'audit', 'init', 'indexing', 'leftovers', 'generate', 'lag', 'doctor', 'loops'],
    ...['reconcile', 'gate', 'record', 'publish', 'replay', 'topology', 'privacy', 'dlq', 'athena'],
  ],
  // The same, and numbers and times in the words of the text.
  dashboards: ['ui', 'stats', 'audit', 'reconcile', 'gate', 'privacy', 'topology', 'lag', 'loops'],
  generate: ['stats'], // the shape of a result, to write the truth in it
  indexing: ['stats'], // what it says of an archive is kept with the index
  lag: ['stats', 'record'], // words for figures; how far a recording is
  // What is measured, lost, and runs in circles; who holds a lock; what is tapped.
  publish: ['stats', 'reconcile', 'loops', 'record', 'tail'],
  record: ['tail'], // where a source begins
  // Who holds a lock; who gets what a target takes; what events lead to.
  replay: ['record', 'topology', 'audit'],
  dlq: ['record', 'replay'], // what is parked; the pace
  // The rows of its lines; who was sent events of somebody; what killed runs left.
  privacy: ['record', 'topology', 'leftovers'],
  live: ['tail', 'stats'], // what is tapped; the shape of a result and the words of findings
  init: ['stats'], // how a SOURCE is missed, and words for figures
  reconcile: ['stats', 'tail'], // the shape and the words of findings; what is tapped
  loops: ['tail'], // what is tapped
  topology: ['loops'], // what of a payload is content
  gate: ['stats', 'live', 'loops', 'reconcile'], // what is measured, and words for figures
  athena: ['stats'], // the figures, and the words of findings
  event: ['errors'],
  sinks: ['archives'], // what a failure of the disk is called
  taps: ['archives'], // files and streams, their formats and records
}

/** Modules that start slowly: a command loads them with import() when it needs them. */
export const heavyModules: readonly RegExp[] = [
  /^@duckdb\//,
  /^apache-arrow/,
  /^hdr-histogram-js/,
  /^@aws-sdk\//,
  /^ink/,
  /^zstddec/,
  /^@bufbuild\//,
  /^tinyglobby/,
  /^d3-/,
  /^@dagrejs\//,
  /^@opentelemetry\//,
  /^prom-client/,
  /^junit-report-builder/,
  /^age-encryption/,
  /^ya(zl|uzl)/,
]

/** Names that say nothing about what is in the folder. test/helpers is the one exception. */
export const bannedFolders: readonly string[] = [
  'utils',
  'util',
  'helpers',
  'common',
  'core',
  'services',
  'manager',
  'managers',
  'shared',
  'lib',
  'misc',
]
