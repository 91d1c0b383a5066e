/** Why nobody is asked whether to go on. @param isJson whether stdout is for programs, or a page */
export function whyUnasked(isJson: boolean): string {
  return isJson ? 'only -o text asks' : 'there is no terminal to ask on'
}
