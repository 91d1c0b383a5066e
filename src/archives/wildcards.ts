/** Whether a path has wildcards, in any of the forms that `listGlob` knows. */
export function isGlob(path: string): boolean {
  return /[*?]|\[.+\]|\{.+\}|[!+@]\(.+\)/.test(path)
}
