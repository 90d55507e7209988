import { getTableColumns } from 'drizzle-orm'
import type { z } from 'zod'
import type { Operation } from '../../core/operation.ts'
import { tableSchemas } from '../../data/columns/table-schemas.ts'
import { resource } from '../../data/resource/resource.ts'
import { named } from '../../schema/named.ts'
import { administrators } from './administrators.ts'
import type { AccountParts } from './parts.ts'

/** What administrators see of a user besides the profile, where the table has it. */
const SHOWN = ['id', 'email', 'emailVerifiedAt', 'roles', 'disabledAt', 'createdAt', 'updatedAt']

function hiddenColumns({ core: { users, options } }: AccountParts): readonly string[] {
  const shown = new Set([...SHOWN, ...(options.profile ?? [])])
  return Object.keys(getTableColumns(users)).filter((key) => !shown.has(key))
}

export function adminUserSchema(parts: AccountParts): z.ZodObject {
  const { users } = parts.core
  const keys = Object.keys(getTableColumns(users)) as never[]
  const { row } = tableSchemas(users, { readOnly: keys, private: hiddenColumns(parts) as never[] })
  return named('AdministeredUser', row as z.ZodObject)
}

/** The list of accounts and one of them, in the language of all lists. */
export function accountList(parts: AccountParts) {
  const { core } = parts
  const keys = Object.keys(getTableColumns(core.users))
  const wanted = ['email', 'emailVerifiedAt', 'disabledAt', 'createdAt', ...(core.options.logInWith ?? [])]
  const asked = [...new Set(wanted)].filter((key) => keys.includes(key))
  const options = {
    database: core.database,
    name: 'AdministeredUser',
    access: { read: administrators(core) },
    readOnly: keys,
    private: hiddenColumns(parts),
    list: { filter: asked, sort: asked },
  }
  // The app's table is known by its columns alone: their names were looked up just now.
  const { list, read } = resource(core.users, options as never).children as unknown as Readonly<
    Record<'list' | 'read', Operation>
  >
  return { list, read }
}
