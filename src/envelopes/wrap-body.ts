import type { WrapContent } from './envelope.js'

/** What a transport of text holds; bytes as base64. */
export function bodyText({ document, body }: WrapContent): string {
  if (body === undefined) return JSON.stringify(document)
  return typeof body === 'string' ? body : body.toString('base64')
}

export function bodyBytes({ document, body }: WrapContent): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(body ?? JSON.stringify(document))
}

/** What a transport of bytes holds. */
export function bodyBase64(content: WrapContent): string {
  return bodyBytes(content).toString('base64')
}

/** What a wrapper of several holds. */
export function entriesOf({ entries, document }: WrapContent): readonly unknown[] {
  return entries ?? [document]
}

/** Each header as `attributeOf` has it, under `name`; nothing where there are none. */
export function headersAs(
  name: string,
  { headers }: WrapContent,
  attributeOf: (text: string) => Record<string, string>,
): Record<string, unknown> {
  if (!headers) return {}
  const values = Object.entries(headers).map(([key, text]) => [key, attributeOf(text)])
  return { [name]: Object.fromEntries(values) }
}

/** Milliseconds, as transports have them; a time that is finer keeps its microseconds, which no
 * reader mistakes. */
export function milliseconds(us: number): number {
  return us % 1000 === 0 ? us / 1000 : us
}
