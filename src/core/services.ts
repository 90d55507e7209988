import type { Changes } from './changes.ts'
import type { Meters } from './observation/meters.ts'
import type { Part } from './part.ts'
import type { Logger } from './request.ts'

/** Where a dependency that lives as long as the app finds the app's services in its context. */
const APP_SERVICES = Symbol('ashlar.services')

/** What an app puts into the context of dependencies that live as long as it does. */
export function withServices(services: AppServices | undefined): object {
  return services === undefined ? {} : { [APP_SERVICES]: services }
}

/**
 * The services of the app that resolves this dependency; `undefined` where that is no app.
 *
 * @internal
 */
export function servicesIn(context: object): AppServices | undefined {
  return (context as { readonly [APP_SERVICES]?: AppServices })[APP_SERVICES]
}

/** What an app has for those that work on behalf of all its operations: policies, parts, observers. */
export interface AppServices {
  readonly environment: 'development' | 'production' | 'test'
  readonly database: Part | undefined
  readonly redis: Part | undefined
  readonly logger: Logger
  /** What is told of changed data, and who listens. */
  readonly changes: Changes
  /** Where what happens is counted; counts nothing where the app has no metrics. */
  readonly meters: Meters
}
