import type { Changes } from './changes.ts'
import type { Meters } from './observation/meters.ts'
import type { Part } from './part.ts'
import type { Logger } from './request.ts'

/** What an app has for those that work on behalf of all its operations: policies, parts, observers. */
export interface AppServices {
  readonly environment: 'development' | 'production' | 'test'
  readonly database: Part | undefined
  readonly redis: Part | undefined
  readonly logger: Logger
  /** What is told of changed data, and who listens. */
  readonly changes: Changes
}
  /** Where what happens is counted; counts nothing where the app has no metrics. */
  readonly meters: Meters
