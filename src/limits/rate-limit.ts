import { TooManyRequests, Unavailable } from '../core/errors/index.ts'
import { requireOneProcess } from '../core/one-process.ts'
import type { CounterStore } from '../core/policy/counter-store.ts'
import type { CompiledPolicy, OperationPolicy, PolicyPlace } from '../core/policy/policy.ts'
import type { AppServices } from '../core/services.ts'
import { Limiter } from './limiter.ts'
import { MemoryCounters } from './memory-counters.ts'
import { settingsOf, type RateLimitOptions, type Settings } from './options.ts'
import { SharedCounters } from './shared-counters.ts'

/** A limit on how often operations may be called. */
export interface RateLimit extends OperationPolicy<'limit'> {
  readonly name: string
}

const HEADERS = {
  'ratelimit-policy': {
    description:
      'The limits of the operation: how much there is (q) in how many seconds (w), and whose count it is (pk).',
    schema: { type: 'string' },
  },
  ratelimit: {
    description: 'What is left of each limit (r), and after how many seconds there is all of it again (t).',
    schema: { type: 'string' },
  },
} as const

/**
 * Limits how often an operation may be called; more is 429 `too_many_requests` with `Retry-After`. Give it to an operation, a preset, a router or the app as `limit`, or
 * several of them as a list: all must have something left, in their order. Of a router or the app, each operation is counted for itself unless the
 * limit says `scope: 'shared'`.
 *
 * Every answer tells what is left, in the headers `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers. Windows are fixed: one begins with
 * the first call that is counted. What is refused uses nothing up. All processes count together in the app's Redis, else in its database where the
 * schema has `rateLimitCounters` of `ashlar/data`; without either, and outside of production, each for itself.
 *
 * @example
 * const perMinute = rateLimit({ max: 60, windowSeconds: 60 })
 * const perAddress = rateLimit({ max: 1_000, windowSeconds: 3_600, by: 'address' })
 * const search = route.get('/search', { access: anyone, limit: [perAddress, perMinute], response: z.array(z.string()) }, () => [])
 * @throws RangeError, TypeError for numbers that are none, and names that no header can have.
 */
export function rateLimit(options: RateLimitOptions): RateLimit {
  const settings = settingsOf(options)
  const stores = new WeakMap<AppServices, CounterStore>()
  const countersOf = (services: AppServices): CounterStore => {
    const known = stores.get(services) ?? counters(services, settings)
    stores.set(services, known)
    return known
  }
  return {
    kind: 'policy',
    of: 'limit',
    name: settings.name,
    errors: settings.failure === 'closed' ? [TooManyRequests, Unavailable] : [TooManyRequests],
    document: { responseHeaders: HEADERS },
    compile: (place) => compile(settings, place, countersOf(place.services)),
  }
}

function compile(settings: Settings, { placed, services }: PolicyPlace, store: CounterStore): CompiledPolicy {
  const { name, scope, by } = settings
  checkName(name, placed)
  const refused = services.meters.counter({
    name: 'rate_limit_refused_requests_total',
    help: 'Requests answered with 429, by the limit that refused them.',
    labels: ['operation', 'limit'],
  })
  const limiter = new Limiter(settings, {
    counters: store,
    prefix: scope === 'shared' ? `${name} ` : `${placed.name} ${name} `,
    refused: refused.with({ operation: placed.name, limit: name }),
  })
  const count: NonNullable<CompiledPolicy['admit']> = (call) =>
    call.trace === undefined ? limiter.count(call) : call.trace.step('limit', name, () => limiter.count(call))
  return by === 'address' ? { arrive: count } : { admit: count }
}

/** The names of limits at each place of an operation in an app. */
const namesAt = new WeakMap<PolicyPlace['placed'], Set<string>>()

/** Two of one name would count in one window, twice for each call. */
function checkName(name: string, placed: PolicyPlace['placed']): void {
  const names = namesAt.get(placed) ?? new Set()
  namesAt.set(placed, names)
  if (names.has(name))
    throw new TypeError(`it has two limits named "${name}"; give one of them another name: rateLimit({ name: '...' })`)
  names.add(name)
}

function counters(services: AppServices, { store, failure }: Settings): CounterStore {
  if (store === 'process') return new MemoryCounters()
  const shared = [services.redis?.counters?.(), services.database?.counters?.()].filter((each) => each !== undefined)
  if (shared.length > 0) return new SharedCounters(shared, failure, services.logger)
  requireOneProcess(services, {
    what: 'rate limits are counted',
    remedy:
      "add redis: redis() to createApp, or export rateLimitCounters of ashlar/data in the database's schema; where each process may have all of it, write rateLimit({ store: 'process' })",
  })
  return new MemoryCounters()
}
