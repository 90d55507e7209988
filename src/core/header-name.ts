/**
 * The header name a key of a headers object reads: `userAgent` and `user_agent` read `user-agent`. Names with hyphens stay as they are.
 */
export function headerName(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase()
}
