import type { Topic } from './topic.js'

interface TopicEntry {
  readonly name: string
  readonly summary: string
  load(): Promise<{ topic: Topic }>
}

/** What `evt help` explains beside the commands. Add one: a file and a line here. */
export const topics: readonly TopicEntry[] = [
  {
    name: 'addresses',
    summary: 'what a SOURCE can be, and how it is read',
    load: () => import('./addresses.js'),
  },
  {
    name: 'exit-codes',
    summary: 'what a script is told at the end',
    load: () => import('./exit-codes.js'),
  },
  {
    name: 'filters',
    summary: 'measuring a part: --since, --type, --filter, --sample',
    load: () => import('./filters.js'),
  },
  {
    name: 'flows',
    summary: 'what should follow what, and whether it did',
    load: () => import('./flows.js'),
  },
  {
    name: 'mapping',
    summary: 'which field means what: evt.yaml, --map, --preset',
    load: () => import('./mapping.js'),
  },
  {
    name: 'numbers',
    summary: 'what each number of evt stats means',
    load: () => import('./numbers.js'),
  },
  {
    name: 'rules',
    summary: 'what evt check judges by, and how',
    load: () => import('./rules.js'),
  },
  {
    name: 'taps',
    summary: 'what evt tail reads, may miss or see twice',
    load: () => import('./taps.js'),
  },
]
