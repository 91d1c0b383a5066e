import { EvtError } from '../errors.js'
import { suggest } from '../event/suggest.js'
import { wantsColor } from './color.js'
import { topics } from './topics/index.js'

/**
 * Prints the topic that `evt help NAME` asks for.
 *
 * @returns false where it asks for a command
 * @throws EvtError `usage` for what is neither, where a topic has nearly that name
 */
export async function printedTopic(
  words: readonly string[],
  commands: readonly string[],
): Promise<boolean> {
  const [name = ''] = words.filter((word) => !word.startsWith('-'))
  const topic = topics.find((each) => each.name === name)
  if (!topic) {
    const isCommand = commands.some((id) => id === name || id.startsWith(`${name}:`))
    const names = topics.map((each) => each.name)
    const near = isCommand || name === '' ? undefined : suggest(name, [...names, ...commands])
    if (near === undefined || !names.includes(near)) return false
    throw new EvtError(`no help on ${name}`, {
      code: 'usage',
      hint: `did you mean evt help ${near}?  evt help`,
    })
  }
  const { topicText } = await import('../ui/topic-text.js')
  const { asciiText } = await import('../ui/ascii.js')
  const { textStyle } = await import('../ui/terminal.js')
  const { stdout, env } = process
  const color = wantsColor('auto', stdout, env)
  const style = textStyle({ stream: stdout, env, color, timeZone: 'UTC' })
  const text = topicText((await topic.load()).topic.parts, style)
  stdout.write(`${style.unicode ? text : asciiText(text)}\n`)
  return true
}
