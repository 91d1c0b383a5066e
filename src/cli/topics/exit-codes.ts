import { exitCodes } from '../exit-codes.js'
import type { Topic } from './topic.js'

export const topic: Topic = {
  parts: [
    { terms: Object.values(exitCodes).map(({ exit, meaning }) => [String(exit), meaning]) },
    'Data is on stdout, everything else on stderr. With -o json and -o ndjson an error is one ' +
      'JSON object on stderr: schema evt.error/1 with message, code, exit and hint.',
    'A result that is marked partial is printed all the same. --allow-partial makes 0 of the 3 ' +
      'of an object that was cut, corrupt or gone. A closed pipe, as by head, is 0.',
  ],
}
