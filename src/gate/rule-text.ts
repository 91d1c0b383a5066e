import { EvtError } from '../errors.js'

/** A piece of the text of a rule, and where it begins in it. */
export interface Piece {
  readonly text: string
  readonly at: number
}

/** A fault in a rule, shown under its text. */
function ruleFault(whole: string, at: number, what: string, advice?: string): EvtError {
  const caret = `${' '.repeat([...whole.slice(0, at)].length)}^`
  const hint = [whole, caret, ...(advice === undefined ? [] : [advice])].join('\n')
  return new EvtError(what, { code: 'usage', hint })
}

/** The text of a rule taken apart from left to right. */
export class RuleText {
  constructor(
    readonly whole: string,
    private at = 0,
  ) {}

  get position(): number {
    return this.at
  }

  get isAtEnd(): boolean {
    this.skipSpace()
    return this.at >= this.whole.length
  }

  /** What matches here, taken off. */
  take(pattern: RegExp): Piece | undefined {
    this.skipSpace()
    const sticky = new RegExp(pattern.source, 'y')
    sticky.lastIndex = this.at
    const [text] = sticky.exec(this.whole) ?? []
    if (text === undefined || text === '') return undefined
    const at = this.at
    this.at += text.length
    return { text, at }
  }

  /** The next word, to be named in a fault; empty at the end. */
  word(): Piece {
    this.skipSpace()
    return { text: /^\S*/.exec(this.whole.slice(this.at))?.[0] ?? '', at: this.at }
  }

  fault(what: string, advice?: string, at = this.position): EvtError {
    return ruleFault(this.whole, at, what, advice)
  }

  private skipSpace(): void {
    while (this.at < this.whole.length && /\s/.test(this.whole[this.at] ?? '')) this.at++
  }
}
