import type { Router } from '../core/router.ts'
import type { App } from './app.ts'
import { CompiledApp } from './compiled-app.ts'
import type { AppDefinition } from './definition.ts'

/**
 * Makes an app of its definition: everything that can be worked out before the first request is worked out here.
 *
 * What a definition leaves out has a default: closed to other hosts, secure headers, problem details (RFC 9457), an OpenAPI 3.1 document at
 * `/openapi.json` and its page at `/docs` outside of production, and the limits of `DEFAULT_LIMITS`.
 *
 * @example
 * const app = createApp({ title: 'Hello', version: '1.0.0', api: router('/api', { hello }) })
 * await app.listen({ port: 3000 })
 * @throws DefinitionError that lists every mistake: missing access rules, cycles, slots nobody provides, paths taken twice ...
 */
export function createApp<const Api extends Router>(definition: AppDefinition<Api>): App<Api> {
  return new CompiledApp<Api>(definition)
}
