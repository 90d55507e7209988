import { anyone, type AccessRule } from '../core/access/index.ts'
import type { Content } from '../core/content.ts'
import { LIVENESS, READINESS } from '../core/observation/own-operations.ts'
import { reply, type Reply } from '../core/reply.ts'
import { route } from '../core/route.ts'
import { router, type Router } from '../core/router.ts'
import { PartChecks, type Readiness } from '../observe/health/readiness.ts'
import type { Availability } from './availability.ts'
import type { AppDefinition } from './definition.ts'
import type { Environment } from './environment.ts'
import { partsOf } from './parts.ts'

/** Where an app tells how it is, and whom. */
export interface HealthOptions {
  /** Whether the process answers. Default `/healthz`. */
  readonly livePath?: string
  /** Whether it can take requests. Default `/readyz`. */
  readonly readyPath?: string
  /** Who may ask for either. Default `anyone`: they tell no more than names of parts, and whether these work. */
  readonly access?: AccessRule
}

const LIVE_PATH = '/healthz'
const READY_PATH = '/readyz'

/** As it is: there is nothing to be checked or left out. */
const json: Content<string> = { kind: 'content', mediaType: 'application/json', form: 'text' }
const ALIVE = '{"status":"ok"}'
const NEVER_KEPT = { 'cache-control': 'no-store' }

export interface HealthContext {
  readonly environment: Environment
  readonly availability: Availability
}

/** The paths at which an app tells how it is; none where it does not. */
export function healthPaths({ health }: Pick<AppDefinition, 'health'>): readonly string[] {
  if (health === false) return []
  const { livePath = LIVE_PATH, readyPath = READY_PATH } = health ?? {}
  return [livePath, readyPath]
}

/** Liveness and readiness as ordinary operations. */
export function healthRouter(definition: AppDefinition, context: HealthContext): Router | undefined {
  const [livePath, readyPath] = healthPaths(definition)
  if (definition.health === false || livePath === undefined || readyPath === undefined) return undefined
  const { access = anyone } = definition.health ?? {}
  const checks = new PartChecks(partsOf(definition), { explains: context.environment !== 'production' })
  return router(
    '',
    { hidden: true },
    {
      [LIVENESS]: route.get(livePath, { access, response: json }, () => reply(200, ALIVE, NEVER_KEPT)),
      [READINESS]: route.get(readyPath, { access, response: { 200: json, 503: json } }, () =>
        readiness(checks, context.availability),
      ),
    },
  )
}

async function readiness(checks: PartChecks, { phase }: Availability): Promise<Reply<200 | 503, string>> {
  const found: Readiness = phase === 'ready' ? await checks.readiness() : { status: phase, parts: {} }
  const isReady = found.status === 'ok' || found.status === 'degraded'
  return reply(isReady ? 200 : 503, JSON.stringify(found), NEVER_KEPT)
}
