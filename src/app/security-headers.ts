import type { Problems } from '../core/graph/problems.ts'
import { checkHeader } from '../http/edge/header-value.ts'
import { PAGE_HEADERS, ResponseLines, SECURITY_HEADERS, STRICT_TRANSPORT } from '../http/response-lines.ts'
import type { AppDefinition } from './definition.ts'
import type { Environment } from './environment.ts'

/** What stands on every answer: the secure defaults, with the app's changes. */
export function responseLines(
  { securityHeaders: changes = {} }: AppDefinition,
  environment: Environment,
  problems: Problems,
): ResponseLines {
  const headers: Record<string, string> = { ...SECURITY_HEADERS }
  const ofPages: Record<string, string> = { ...PAGE_HEADERS }
  if (environment === 'production') headers['strict-transport-security'] = STRICT_TRANSPORT
  for (const [given, value] of Object.entries(changes)) {
    const name = given.toLowerCase()
    const target = name in ofPages ? ofPages : headers
    if (value === false) delete target[name]
    else {
      problems.collect('securityHeaders', () => checkHeader(name, value))
      target[name] = value
    }
  }
  return new ResponseLines(headers, ofPages)
}

/** Names of the headers that the app says for all its answers, and so for files too. */
export function replacedHeaders({ securityHeaders = {} }: AppDefinition): ReadonlySet<string> {
  return new Set(Object.keys(securityHeaders).map((name) => name.toLowerCase()))
}
