/* Controls (C0, C1), format characters (bidi overrides and isolates among them), lone surrogates,
 * line separators. Joiners shape letters and emoji, and tags make flags: they stay. */
const unsafe = /(?!\u200c|\u200d|[\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu
const pileOfMarks = /(\p{M}{8})\p{M}+/gu

/**
 * Makes a text that came from an event harmless and visible: control characters become their
 * pictures (ESC `␛`, line feed `␊`), other invisible ones `\u{202e}`; piles of combining marks,
 * which would grow over the lines around them, are cut. Every text from an event goes
 * through here before it reaches a terminal.
 */
export function safeText(text: string): string {
  return text.replace(unsafe, visible).replace(pileOfMarks, '$1…')
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  return code === 0x7f ? '␡' : `\\u{${code.toString(16)}}`
}
