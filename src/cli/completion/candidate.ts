/** Something that the word under the cursor may become. */
export interface Candidate {
  /** The whole word, without quotes. One that ends in `/` or `=` goes on. */
  value: string
  about?: string | undefined
}

/** What completes a word; `files` where only the shell may know more. */
export type Candidates = readonly Candidate[] | 'files'

const invisible = /[\p{C}\u2028\u2029]/gu

/** A glob that fits a text and can be typed: `?` stands for what a terminal would obey. */
export function typeable(text: string): string {
  return text.replace(invisible, '?')
}
