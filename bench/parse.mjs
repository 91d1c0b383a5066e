// The floor of what is read live: a loop over the lines of the same files that parses each, and
// counts.
import { createReadStream, readdirSync } from 'node:fs'

const [folder] = process.argv.slice(2)
let events = 0
for (const name of readdirSync(folder).filter((each) => each.startsWith('part-'))) {
  let rest = ''
  const text = createReadStream(`${folder}/${name}`, { encoding: 'utf8', highWaterMark: 2 ** 20 })
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (JSON.parse(line) !== null) events += 1
  }
}
console.log(String(events))
