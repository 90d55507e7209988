import { dependency, type Dependency } from '../core/dependency.ts'
import { servicesIn, type AppServices } from '../core/services.ts'
import type { Redis } from '../redis/index.ts'
import { Keeper } from './keeper.ts'
import { SharedEntries } from './shared-entries.ts'

const keepers = new WeakMap<AppServices, Keeper>()

/** The one keeper of an app. */
export function keeperOf(services: AppServices): Keeper {
  const known = keepers.get(services)
  if (known !== undefined) return known
  // The app's own option takes nothing but what redis() gives.
  const redis = services.redis as Redis | undefined
  const made = new Keeper(redis && new SharedEntries(redis))
  keepers.set(services, made)
  return made
}

type OfApp<Value> = Dependency<Value, { inputs: {}; uses: {}; errors: never; life: 'app'; request: false }>

/** What an app keeps, from its start to its stop. It hears what changes meanwhile. */
export const appKeeper: OfApp<Keeper> = dependency({ name: 'cache', scope: 'app' }, function* (context) {
  const services = servicesIn(context)
  if (services === undefined) throw new Error('What is cached belongs to an app; this was resolved without one.')
  const keeper = keeperOf(services)
  keeper.start()
  const deafen = services.changes.listen((tags) => keeper.changed(withTables(tags)))
  try {
    yield keeper
  } finally {
    deafen()
    keeper.stop()
  }
})

/** Has what is kept of any table. */
export const ANY_TABLE = 'table:*'

/** What is kept of tables that could not be told is not to be used any more after any of them has changed. */
export function withTables(tags: readonly string[]): readonly string[] {
  return tags.some((tag) => tag.startsWith('table:')) ? [...tags, ANY_TABLE] : tags
}
