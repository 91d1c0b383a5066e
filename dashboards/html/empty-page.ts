import type { EvtError } from '../../src/errors.js'
import { html } from './html.js'
import { type Made, pageText, section } from './page.js'

/** What there is to show where there is no result: why, and what to do.
 * @param kind `evt query` */
export function emptyPage(
  { message, hint }: Pick<EvtError, 'message' | 'hint'>,
  kind: string,
  made: Made,
): Promise<string> {
  const hints = (hint ?? '').split('\n').filter(Boolean)
  return pageText({
    ...{ kind, made, title: 'nothing to show', marks: [], facts: [], next: [] },
    sections: [
      section(
        ...(['nothing', 'Why'] as const),
        html`<p>${message}</p>`,
        hints.length === 0 ? null : html`<ul>${hints.map((line) => html`<li>${line}</li>`)}</ul>`,
      ),
    ],
  })
}
