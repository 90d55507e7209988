import type { UsedValues, Uses } from '../../core/dependency.ts'
import type { OutsideRequests } from '../../core/outside-requests.ts'

/** Data to begin with: what `ashlar db seed` runs. */
export interface Seed<U extends Uses = Uses> {
  readonly kind: 'seed'
  readonly uses: U
  /** May give a text that the command prints: how to log in, for example. */
  readonly work: (values: UsedValues<U>) => Promise<string | void>
}

/**
 * Declares the data a database begins with. A file `src/seed.ts` that exports it as `seed` is run by `ashlar db seed`; a test runs it with
 * `t.run(seed.uses, seed.work)`.
 *
 * Each database's `transaction` among `uses` is saved when the work resolves, and undone when it rejects: all of it, or nothing. With
 * `drizzle` in its place each statement is saved for itself.
 *
 * @example
 * const db = database({ schema: tables })
 * const post = factory(tables.posts, ({ sequence }) => ({ title: `Post ${sequence}` }))
 * export const seed = defineSeed({ tx: db.transaction }, async ({ tx }) => {
 *   await post.createMany(tx, 50)
 * })
 */
export function defineSeed<const U extends Uses>(
  uses: U & OutsideRequests<U>,
  work: (values: UsedValues<U>) => Promise<string | void>,
): Seed<U> {
  return { kind: 'seed', uses, work }
}
