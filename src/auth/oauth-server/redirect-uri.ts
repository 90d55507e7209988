// RFC 8252 section 7.3: programs on a device listen on a port that they learn when they start. Only literals of the loopback: a name can be made to lead elsewhere.
const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::([0-9]{1,5}))?((?:[/?][\x21\x22\x24-\x5b\x5d-\x7e]*)?)$/
// RFC 8252 section 7.1: a domain turned round, which its owner alone may use. Without the dot `javascript:` and `data:` would pass.
const PRIVATE_SCHEME = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:\//
const PRINTABLE = /^[\x21-\x7e]+$/
const MAX_PORT = 65_535
/** The parameters of the response: one of the address itself would stand beside them, and clients would choose. */
const RESPONSE_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description']

/** Why an address cannot be registered as a redirect URI, as the end of a sentence; `undefined` where it can. */
export function redirectUriProblem(uri: string): string | undefined {
  if (!PRINTABLE.test(uri)) return 'has characters other than printable ASCII; write an international name as punycode'
  if (!URL.canParse(uri)) return 'is not an absolute URL'
  const url = new URL(uri)
  if (uri.includes('#')) return 'has a fragment'
  if (uri.includes('*')) return 'has a wildcard; register each address'
  if (url.username !== '' || url.password !== '' || uri.includes('@')) return 'has a user name'
  // One text for one address: what a parser would repair is read differently by the next one.
  if (url.href !== uri && url.href !== `${uri}/`) return `is not in its normal form, ${url.href}`
  if (RESPONSE_PARAMETERS.some((name) => url.searchParams.has(name)))
    return `has a parameter that the response has: ${RESPONSE_PARAMETERS.join(', ')}`
  return schemeProblem(uri, url)
}

function schemeProblem(uri: string, url: URL): string | undefined {
  if (url.protocol === 'https:') return undefined
  if (url.protocol === 'http:')
    return LOOPBACK.test(uri) || url.hostname === 'localhost'
      ? undefined
      : 'is not https, which only addresses of the same machine need not be'
  return PRIVATE_SCHEME.test(uri)
    ? undefined
    : 'has a scheme that is neither https nor a domain in reverse, such as com.example.app:/callback'
}

/**
 * Whether a request may be answered at this address: it is one of those registered, character by character (RFC 9700 section 2.1). Of loopback addresses any port is
 * the same (RFC 8252 section 7.3).
 */
export function isRegistered(registered: readonly string[], asked: string): boolean {
  if (registered.includes(asked)) return true
  const loopback = withoutPort(asked)
  return loopback !== undefined && registered.some((uri) => withoutPort(uri) === loopback)
}

function withoutPort(uri: string): string | undefined {
  const [, address, port = '1', rest] = LOOPBACK.exec(uri) ?? []
  if (address === undefined || Number(port) < 1 || Number(port) > MAX_PORT) return undefined
  return `${address}${rest}`
}

/** Whether only the client's own server can receive at this address, so that the address proves which client it is. */
export function provesClient(uri: string): boolean {
  return uri.startsWith('https:')
}

/** A source of `form-action` of Content-Security-Policy that this address falls under: browsers apply it to redirects as well. */
export function formActionSource(uri: string): string {
  const { protocol, origin, hostname } = new URL(uri)
  // CSP has no syntax for IPv6 addresses, and `origin` of a private scheme is "null".
  return origin === 'null' || hostname.startsWith('[') ? protocol : origin
}

/** The address with the parameters of the response; its own query stays as it is (RFC 6749 section 4.1.2). */
export function withParameters(uri: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const separator = uri.includes('?') ? (/[?&]$/.test(uri) ? '' : '&') : '?'
  return `${uri}${separator}${new URLSearchParams(given).toString()}`
}
