/** A text with addresses of HTTP in it, for people: a password and the values of a query, one of
 * which may be a token, are left out. */
export function withoutSecrets(text: string): string {
  return text.replace(/(https?:\/\/)([^\s/?#]*@)?([^\s?#]*)(\?[^\s#]*)?/gi, (_, ...parts) => {
    const [scheme, user, place, query] = parts.slice(0, 4).map((part) => String(part ?? ''))
    const shown = (query ?? '').replace(/=[^&]*/g, '=…')
    return `${scheme}${user ? '…@' : ''}${place}${shown}`
  })
}
