import type { RequestHead } from '../../core/request.ts'
import type { HiddenNames } from './hidden-names.ts'

/** What the head of a server has besides: all its headers, by their names in lower case. */
interface FullHead extends RequestHead {
  headerFields?(): Readonly<Record<string, string | readonly string[]>>
}

/** The credentials a request came with: no error's text may repeat them. Asked for where there is an error, so it may cost something. */
export function credentialsOf(head: FullHead, names: HiddenNames): readonly string[] {
  const found: string[] = []
  for (const [name, value] of Object.entries(head.headerFields?.() ?? {})) {
    if (!names.has(name)) continue
    for (const each of typeof value === 'string' ? [value] : value) found.push(...credentialsIn(name, each))
  }
  for (const [name, value] of new URLSearchParams(head.search)) if (names.has(name)) found.push(value)
  // The longest first: one may be a part of another.
  return found.sort((a, b) => b.length - a.length)
}

function credentialsIn(name: string, value: string): string[] {
  if (name === 'cookie') return value.split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim())
  if (!name.endsWith('authorization')) return [value]
  // `Bearer TOKEN`; of `Basic` the password too (RFC 7617).
  const [scheme = '', token = ''] = value.split(/ +(.*)/s)
  if (scheme.toLowerCase() !== 'basic') return [token === '' ? scheme : token]
  const decoded = Buffer.from(token, 'base64').toString()
  return [token, decoded, decoded.slice(decoded.indexOf(':') + 1)]
}
