const address = /(https?:\/\/)([^\s/?#]*@)?([^\s?#]*)(\?[^\s#]*)?(#\S*)?/gi

/** A text with addresses of HTTP in it, for people: a password, what a query says and what stands
 * after a #, each of which may be a token, are left out; the names of a query stay. */
export function withoutSecrets(text: string): string {
  return text.replace(address, (_, ...parts) => {
    const [scheme, user, place, query, fragment] = parts
      .slice(0, 5)
      .map((part) => (typeof part === 'string' ? part : ''))
    const shown = (query ?? '').replace(/(?<=[?&])[^=&]+(?=&|$)|(?<==)[^&]*/g, '…')
    return `${scheme}${user ? '…@' : ''}${place}${shown}${fragment ? '#…' : ''}`
  })
}
