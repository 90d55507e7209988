/**
 * A summary made from an operation's name: `posts.publish` is "Publish posts". A name of several words speaks for itself:
 * `posts.publishDraft` is "Publish draft".
 */
export function summaryOf(name: string): string {
  const keys = name.split('.')
  const own = words(keys.at(-1) ?? name)
  const parent = keys.length > 1 && own.length === 1 ? words(keys.at(-2) ?? '') : []
  const text = [...own, ...parent].join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Words of an identifier in lower case; abbreviations such as `URL` stay as they are. */
function words(identifier: string): string[] {
  return identifier
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z]{2,})/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => (/^[A-Z0-9]{2,}s?$/.test(word) ? word : word.toLowerCase()))
}
