import { columnSchema } from '../../data/columns/column-schema.ts'
import type { UserId } from '../identity.ts'
import type { UserTable } from '../tables/user-columns.ts'

/**
 * A user's id in the type of the table's key, of what a token or a path has as text; `undefined` where no key can be this.
 */
export function userIdOf({ id: column }: Pick<UserTable, 'id'>, given: UserId): UserId | undefined {
  const id = column.dataType === 'number' ? Number(given) : String(given)
  return columnSchema(column)?.safeParse(id).success === false ? undefined : id
}
