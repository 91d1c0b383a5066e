import type { JsonValue } from '../../event/event.js'

/* What a template does not say stands in texts as CloudFormation writes it: `${Orders.Arn}`,
 * `${AWS::Region}`, `${Stage}`. What comes from another template names that one as well:
 * `${network.yaml#Orders.Arn}`. */

/** A part of a text that is known only when it is deployed. */
export interface Token {
  /** The template, where it is another one. */
  readonly stack: string | undefined
  readonly name: string
  readonly attribute: string | undefined
  /** As it is written. */
  readonly text: string
}

const pattern = /\$\{(?:([^#{}]+)#)?([^.{}#]+)(?:\.([^{}]+))?\}/g

export function token(name: string, attribute?: string): string {
  return attribute === undefined ? `\${${name}}` : `\${${name}.${attribute}}`
}

export function tokensIn(text: string): Token[] {
  return [...text.matchAll(pattern)].map(([text, stack, name = '', attribute]) => {
    return { stack, name, attribute, text }
  })
}

/** The token that a text is, apart from a version or alias behind it. */
export function onlyToken(text: string): Token | undefined {
  const [first] = tokensIn(text)
  if (!first || !text.startsWith(first.text)) return undefined
  const rest = text.slice(first.text.length)
  return rest === '' || /^[:/][^{}]*$/.test(rest) ? first : undefined
}

export function hasToken(text: string): boolean {
  return tokensIn(text).length > 0
}

/** The same for who reads it in another template. */
export function qualified(value: JsonValue, stack: string): JsonValue {
  if (typeof value === 'string') {
    return value.replace(pattern, (text, of: string | undefined, name: string) =>
      of !== undefined || /^AWS::|^import:/.test(name) ? text : `\${${stack}#${text.slice(2)}`,
    )
  }
  if (Array.isArray(value)) return value.map((each) => qualified(each, stack))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, qualified(inner, stack)]),
  )
}
