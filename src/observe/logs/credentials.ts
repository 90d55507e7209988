import type { RequestHead } from '../../core/request.ts'

/** The credentials a request came with: no error's text may repeat them. Asked for where there is an error, so it may cost something. */
export function credentialsOf(head: RequestHead): readonly string[] {
  const found = ['x-api-key', 'api-key', 'x-auth-token', 'x-csrf-token', 'idempotency-key', 'dpop'].flatMap((name) =>
    head.headerValues(name),
  )
  for (const name of ['authorization', 'proxy-authorization'])
    for (const value of head.headerValues(name)) found.push(...credentialsIn(value))
  for (const header of head.headerValues('cookie'))
    for (const pair of header.split(';')) found.push(pair.slice(pair.indexOf('=') + 1).trim())
  // The longest first: one may be a part of another.
  return found.sort((a, b) => b.length - a.length)
}

/** `Bearer TOKEN`; of `Basic` the password too (RFC 7617). */
function credentialsIn(value: string): string[] {
  const [scheme = '', token = ''] = value.split(/ +(.*)/s)
  if (scheme.toLowerCase() !== 'basic') return [token === '' ? scheme : token]
  const decoded = Buffer.from(token, 'base64').toString()
  return [token, decoded, decoded.slice(decoded.indexOf(':') + 1)]
}
