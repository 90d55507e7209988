/** The methods of RFC 9110 and RFC 5789; a client can send any other word. */
const METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
])

/** A method as metrics and traces have it: any other word is `_OTHER`, as OpenTelemetry calls it. */
export function knownMethod(method: string): string {
  return METHODS.has(method) ? method : '_OTHER'
}
