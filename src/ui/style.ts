/** How text is drawn. Decided once, from the terminal and the flags (terminal.ts). */
export interface TextStyle {
  /** Columns to fill at most; commands and nothing else may be longer. */
  readonly width: number
  readonly color: boolean
  /** False: letters, lines and blocks beyond ASCII are replaced. */
  readonly unicode: boolean
  /** IANA name, or UTC. */
  readonly timeZone: string
}
