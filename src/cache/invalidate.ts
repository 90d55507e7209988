import { dependency, type Dependency } from '../core/dependency.ts'
import { appKeeper, withTables } from './app-keeper.ts'
import { checkTags } from './checks.ts'

/** What {@link invalidate} gives. */
export type Invalidate = (...tags: readonly string[]) => Promise<void>

/**
 * Drops what is cached under tags, as a dependency: for what changes where the app cannot see it, such as a service elsewhere, or SQL written by hand. It
 * resolves once no process that Redis reaches uses it any more. In a transaction call it after the commit: `afterCommit(tx, () => invalidate('rates'))`.
 *
 * @example
 * const publish = route.post('/rates', { access: role('admin'), uses: { invalidate } }, ({ invalidate }) => invalidate('rates'))
 */
export const invalidate: Dependency<Invalidate, { inputs: {}; uses: {}; errors: never; life: 'app'; request: false }> =
  dependency({ name: 'invalidate', scope: 'app', uses: { keeper: appKeeper } }, ({ keeper }): Invalidate => {
    return (...tags) => keeper.changed(withTables(checkTags('invalidate()', tags)))
  }) as never
