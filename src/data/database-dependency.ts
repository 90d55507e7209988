import type { Dependency } from '../core/dependency.ts'
import type { DatabaseUnavailable, SerializationFailure } from './errors.ts'

type DatabaseErrors = typeof DatabaseUnavailable | typeof SerializationFailure

/** A dependency that a database gives: what it is, and how long it lives. */
export type DatabaseDependency<Value, Life extends 'app' | 'sent' | 'handled'> = Dependency<
  Value,
  { inputs: {}; uses: {}; errors: DatabaseErrors; life: Life; request: false }
>
