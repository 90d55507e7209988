import { dependency, type BaseContext, type Dependency, type UsedValues, type Uses } from '../core/dependency.ts'
import type { MaybePromise } from '../core/maybe-promise.ts'
import type { Logger } from '../core/request.ts'
import { NO_METERS } from '../core/observation/meters.ts'
import { runningRequest } from '../core/running-request.ts'
import { servicesIn } from '../core/services.ts'
import { appKeeper } from './app-keeper.ts'
import { cacheCounts, type CacheCounts } from './cache-counts.ts'
import { canonical } from './canonical.ts'
import { checkTags, checkTimes } from './checks.ts'
import { freeze, jsonForm } from './json-value.ts'
import type { Keeper, Wanted } from './keeper.ts'

/** What is kept, and for how long. */
export interface CachedConfig<U extends Uses, Args extends readonly unknown[]> {
  /** Under which it is kept: of this value alone in the app, and the same in all its processes. */
  readonly name: string
  /** How long a value is as good as new. */
  readonly ttlSeconds: number
  /** How much longer a value is given while somebody makes a new one. Default 0. */
  readonly staleSeconds?: number
  /** Under which it can be invalidated; a function gives those of one call. `table:products` is invalidated by whatever writes that table. Default: none. */
  readonly tags?: readonly string[] | ((...args: Args) => readonly string[])
  /** What it is made with: dependencies that live as long as the app, such as `db.drizzle`. */
  readonly uses?: U
  /** `true`: values stay in the process that made them, as they are. Default `false`: those that are JSON are shared in the app's Redis. */
  readonly local?: boolean
}

/** The dependency that {@link cached} gives: a function that gives the value. */
export type CachedValue<Args extends readonly unknown[], Value> = Dependency<
  (...args: Args) => Promise<Value>,
  { inputs: {}; uses: {}; errors: never; life: 'app'; request: false }
>

/**
 * A value that is made once and kept: as a dependency, a function. Of many who call it at one time with the same arguments, in all processes that share the
 * app's Redis, one makes the value, and the others wait for it; its error is theirs too, and is not kept. Values of plain objects and arrays are frozen, since
 * all callers share them.
 *
 * @example
 * const rates = cached({ name: 'rates', ttlSeconds: 60, staleSeconds: 600 }, async (_, currency: string) => ({ currency, rate: 1.1 }))
 * const price = route.get('/price', { access: anyone, uses: { rates }, response: z.object({ rate: z.number() }) }, ({ rates }) => rates('EUR'))
 * @throws RangeError, TypeError for options that cannot be meant.
 */
export function cached<Args extends readonly unknown[], Value, const U extends Uses = {}>(
  config: CachedConfig<U, Args>,
  make: (context: BaseContext & UsedValues<U>, ...args: Args) => MaybePromise<Value>,
): CachedValue<Args, Value> {
  const { name, uses = {}, tags } = config
  if (typeof name !== 'string' || name === '')
    throw new TypeError("cached() needs a name: cached({ name: 'rates', ... }).")
  const what = `cached(${name})`
  checkTimes(what, config)
  if (typeof tags !== 'function') checkTags(what, tags ?? [])
  const declaration = {}
  const declared = dependency({ name: what, scope: 'app', uses: { ...uses, [KEEPER]: appKeeper } }, (context) => {
    const { [KEEPER]: keeper, ...rest } = context as BaseContext & { readonly [KEEPER]: Keeper }
    keeper.register(name, declaration)
    const counts = cacheCounts(servicesIn(context)?.meters ?? NO_METERS, 'value', name)
    // Uses are what the configuration says.
    const made = rest as BaseContext & UsedValues<U>
    return (...args: Args) =>
      valueOf({ name, keeper, counts, log: made.log }, wantedOf<Args, Value>(what, config, args), async () =>
        make(made, ...args),
      )
  })
  // What it uses lives as long as the app, which the dependency has checked.
  return declared
}

/** No name that `uses` has of its own. */
const KEEPER = 'the cache'

const NOT_RENEWED = 'a cached value could not be made anew; the one that is there is used as long as it may be'

interface Kept<Value> {
  readonly value: Value
}

interface Keeping {
  readonly name: string
  readonly keeper: Keeper
  readonly counts: CacheCounts
  readonly log: Logger
}

/** What takes its time where the value is not there: making it, or waiting for whoever makes it. */
function asStep<T>(name: string, work: () => T): T {
  const trace = runningRequest.getStore()?.trace
  return trace === undefined ? work() : trace.step('cache', name, work, { fields: { hit: false } })
}

async function valueOf<Value>(
  { name, keeper, counts, log }: Keeping,
  wanted: Wanted<Kept<Value>>,
  make: () => Promise<Value>,
): Promise<Value> {
  const keep = async (): Promise<Kept<Value>> => ({ value: freeze(await make()) })
  const now = performance.now()
  const known = keeper.peek<Kept<Value>>(wanted.key, now)
  const stale = known !== undefined && now >= known.freshUntil
  counts[known === undefined ? 'miss' : stale ? 'stale' : 'hit'].add()
  const entry = known ?? (await asStep(name, () => keeper.obtain(wanted, keep)))
  if (known !== undefined) runningRequest.getStore()?.trace?.note('cache', name, { hit: true, stale })
  // Every value is kept.
  if (entry === undefined) return make()
  if (now >= entry.freshUntil && keeper.mayRenew(entry, now)) {
    keeper.renew(wanted, keep).catch((error: unknown) => log.warn({ err: error, key: wanted.key }, NOT_RENEWED))
  }
  return entry.value.value
}

function wantedOf<Args extends readonly unknown[], Value>(
  what: string,
  { name, ttlSeconds, staleSeconds = 0, tags = [], local = false }: CachedConfig<Uses, Args>,
  args: Args,
): Wanted<Kept<Value>> {
  const key = canonical(args)
  if (key === undefined)
    throw new TypeError(
      `${what} was called with an argument that is no plain value; pass what identifies the value, such as an id.`,
    )
  return {
    key: `value ${name} ${key}`,
    tags: typeof tags === 'function' ? checkTags(what, tags(...args)) : tags,
    ttlMs: ttlSeconds * 1_000,
    staleMs: staleSeconds * 1_000,
    bytesOf: ({ value }) => jsonForm.write(value)?.length ?? UNKNOWN_BYTES,
    form: local ? undefined : (KEPT_FORM as Wanted<Kept<Value>>['form']),
  }
}

/** What a value that is not JSON counts as. */
const UNKNOWN_BYTES = 1_000

const KEPT_FORM: Wanted<Kept<unknown>>['form'] = {
  write: ({ value }) => jsonForm.write(value),
  read: (text) => ({ value: freeze(jsonForm.read(text)) }),
}
