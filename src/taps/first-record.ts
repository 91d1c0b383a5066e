import type { ShardStart } from '../aws/shards.js'
import type { ReadPage, ShardSource } from './shard-source.js'
import type { TapOptions } from './tap.js'

/**
 * A source that says so where a shard that is read from a record on begins with another one:
 * Kinesis gives what it still keeps, without a word.
 */
export function sayingFirst(
  source: ShardSource,
  { place, start }: { readonly place: string; readonly start: ShardStart },
  onNote: TapOptions['onNote'],
): ShardSource {
  if (start.at !== 'sequence') return source
  const { sequence } = start
  return {
    isFinal: source.isFinal === true,
    shards: () => source.shards(),
    begin: (shard, from) => source.begin(shard, from),
    async *pages(shard): AsyncGenerator<ReadPage, boolean> {
      const pages = source.pages(shard)
      let isFirst = true
      try {
        for (let step = await pages.next(); ; step = await pages.next()) {
          if (step.done) return step.value
          const [first] = step.value.records
          if (first && isFirst && first.sequence !== sequence) {
            onNote(
              `${place}/${shard.id}: ${sequence} is not kept any more, or never was there; ` +
                `what is read begins with ${first.sequence}`,
            )
          }
          if (first) isFirst = false
          yield step.value
        }
      } finally {
        // Nobody hears what the end of a reading returns.
        await pages.return(false)
      }
    },
  }
}
