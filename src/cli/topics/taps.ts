import { taps } from '../../taps/index.js'
import type { ExplainedPart } from '../../ui/topic-text.js'
import type { Topic } from './topic.js'

const facts = await Promise.all(taps.map(async ({ load }) => (await load()).tap))

export const topic: Topic = {
  parts: [
    'A tap reads events where they arrive. Its safety class says what that does to others: ' +
      'observe, nothing; shares, it takes a part of a limit; intrusive, consumers may notice it.',
    ...facts.flatMap((tap): ExplainedPart[] => [
      { heading: tap.name },
      {
        terms: [
          ['reads', tap.reads],
          ['safety', tap.safety],
          ['may miss', tap.missed],
          ['may repeat', tap.repeated],
          ['resumed', tap.resumed],
          ['costs', tap.cost],
          ['permissions', tap.iamActions.join(', ') || 'none of AWS'],
        ],
      },
    ]),
  ],
}
