import type { OperationDescription } from '../core/description.ts'
import type { Method } from '../core/operation.ts'
import { bodyFormOf, type BodyForm } from './request-body.ts'

/** What a client needs to know to call an operation. */
export interface OperationEntry {
  readonly method: Method
  /** With `:name` and a last `*name`. */
  readonly path: string
  /** How its body is sent, where it has one. */
  readonly body?: BodyForm
}

/** Every operation by name, hidden ones included: `{ 'posts.publish': { method: 'POST', path: '/posts/:id/publish' } }`. */
export function operationMap(operations: readonly OperationDescription[]): Readonly<Record<string, OperationEntry>> {
  return Object.fromEntries(
    operations.map(({ placed, plan }) => {
      const body = bodyFormOf(plan.holders)
      const entry = { method: placed.operation.method, path: placed.path }
      return [placed.place, body === undefined ? entry : { ...entry, body }]
    }),
  )
}
