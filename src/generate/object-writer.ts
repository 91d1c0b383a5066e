/** Makes files of another kind out of files of text. */
export interface ObjectWriter {
  write(textPath: string, path: string): Promise<void>
  close(): void
}

/** In SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The path as a pattern that it alone matches. */
export function withoutGlob(path: string): string {
  return path.replace(/[*?[]/g, '[$&]')
}
