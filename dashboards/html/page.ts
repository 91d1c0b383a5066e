import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { commandText } from '../../src/ui/shell-quote.js'
import { momentText } from '../../src/ui/times.js'
import { type Html, html, markup } from './html.js'

/** Something about the whole result that a reader must not miss. */
export interface Mark {
  readonly text: string
  readonly explain: string
}

/** How a page came to be. */
export interface Made {
  /** As it was typed, in words: `evt`, `stats`, … */
  readonly command: readonly string[]
  readonly version: string
  readonly atMs: number
  /** IANA name, or UTC. */
  readonly timeZone: string
  /** Served, and asked for again whenever there is something new: see in-browser-live.js. */
  readonly isLive?: boolean
}

/** What every result shares as a page: the frame around its sections. */
export interface Page {
  /** `evt stats`. */
  readonly kind: string
  /** What was looked at. */
  readonly title: string
  readonly marks: readonly Mark[]
  /** A line of facts under the title. */
  readonly facts: readonly string[]
  readonly sections: readonly Html[]
  /** Commands that look closer, in words. */
  readonly next: readonly (readonly string[])[]
  readonly made: Made
}

/**
 * A page that is whole by itself, its last line end included. It asks the network for nothing, and
 * its policy lets it run and apply nothing but the script and the style that evt put there; without
 * the script everything is still there to read.
 */
export async function pageText(page: Page): Promise<string> {
  const { kind, title, marks, facts, sections, made } = page
  const { isLive = false } = made
  const [style, ...scripts] = await assetsOf(isLive)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${markup(await pagePolicy(isLive))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${kind} ${title}</title>
<style>${markup(style)}</style>
</head>
<body>
<header>
<p class="kind">${kind}</p>
<h1><bdi>${title}</bdi></h1>
<ul class="facts">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>
${isLive ? liveLine(made) : null}
${marks.map(markBox)}
</header>
<main>
${sections.map((part) => html`${part}\n`)}</main>
${footer(page)}
${scripts.map((script) => html`<script>${markup(script)}</script>\n`)}</body>
</html>
`.text
}

/** What a page may do: apply its style, run its scripts, and where it is served, ask for itself. */
export async function pagePolicy(isLive: boolean): Promise<string> {
  const [style, ...scripts] = await assetsOf(isLive)
  return [
    "default-src 'none'",
    `style-src ${hashSource(style)}`,
    `script-src ${scripts.map(hashSource).join(' ')}`,
    ...(isLive ? ["connect-src 'self'"] : []),
    "img-src data:; base-uri 'none'; form-action 'none'",
  ].join('; ')
}

/** Of when the figures are; whether they still change is for the script to say. */
function liveLine({ atMs, timeZone }: Made): Html {
  const at = momentText(new Date(atMs).toISOString(), timeZone, 8)
  const alone = 'without its script, this page changes when it is loaded again'
  return html`<p class="live"><span>as of ${at} ${timeZone}</span>
<span class="state" role="status">${alone}</span></p>`
}

/** A part of a page with its heading. `id` is of our own making, so that links can point to it. */
export function section(id: string, title: string, ...parts: readonly (Html | null)[]): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${parts}
</section>`
}

function markBox({ text, explain }: Mark): Html {
  return html`<p class="mark"><strong>${text} !</strong> ${explain}</p>`
}

function footer({ made, next }: Page): Html {
  const { command, version, atMs, timeZone } = made
  const at = momentText(new Date(atMs).toISOString(), timeZone, 8)
  const line = (words: readonly string[]) => html`<dd><code>${commandText(words)}</code></dd>`
  return html`<footer>
<dl>
<dt>made with</dt>${line(command)}
${next.length > 0 ? html`<dt>next</dt>${next.map(line)}` : null}
<dt>by</dt><dd>evt ${version}, ${at} ${timeZone}</dd>
</dl>
</footer>`
}

type Asset = 'page.css' | 'in-browser.js' | 'in-browser-live.js'

/** The style, then the scripts. */
async function assetsOf(isLive: boolean): Promise<[string, ...string[]]> {
  const scripts: Asset[] = ['in-browser.js', ...(isLive ? ['in-browser-live.js' as const] : [])]
  return Promise.all([asset('page.css'), ...scripts.map(asset)])
}

/** Line ends as a browser reads them: the hash is of what it sees. */
async function asset(name: Asset): Promise<string> {
  const text = await readFile(new URL(import.meta.resolve(`#dashboards/html/${name}`)), 'utf8')
  return text.replaceAll('\r\n', '\n')
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
