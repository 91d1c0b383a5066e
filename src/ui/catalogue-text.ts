import pc from 'picocolors'
import type { Question } from '../questions/catalogue.js'
import { asciiText } from './ascii.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { tableLines } from './table.js'

/** The questions of a catalogue for people: one line each, by folder. */
export function catalogueText(questions: readonly Question[], style: TextStyle): string {
  const rows = questions.map(({ name, question, parameters }) => {
    const asked = parameters.map((parameter) => `--param ${parameter.name}=…`).join(' ')
    return [{ text: name }, { text: safeText(question) }, { text: asked }]
  })
  const lines = tableLines(
    [
      { title: 'name', align: 'left' },
      { title: 'question', align: 'left', shrinkTo: 60 },
      { title: 'asked with', align: 'left', shrinkTo: 20, luxury: 1 },
    ],
    rows,
    style,
  )
  const { dim } = pc.createColors(style.color)
  const text = [...lines, '', dim('evt query NAME SOURCE…, evt query show NAME')].join('\n')
  return style.unicode ? text : asciiText(text)
}

/** The same for programs: `evt.queries/1`. */
export function catalogueJson(questions: readonly Question[]): string {
  return JSON.stringify({
    schema: 'evt.queries/1',
    queries: questions.map(({ name, title, question, parameters, engines }) => ({
      ...{ name, title, question },
      parameters: parameters.map((parameter) => ({
        name: parameter.name,
        type: parameter.type,
        default: parameter.fallback ?? null,
        required: parameter.fallback === undefined,
        description: parameter.description,
      })),
      engines,
    })),
  })
}
