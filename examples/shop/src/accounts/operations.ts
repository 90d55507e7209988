import { anyOf } from 'ashlar/access'
import { resource } from 'ashlar/data'
import { owner, permission } from '../auth.ts'
import { database } from '../database.ts'
import { accounts } from './table.ts'

/** Who has ordered: everybody their own account, and staff all. What changes an account is in `auth.api`. */
export const accountApi = resource(accounts, {
  database,
  access: { read: anyOf(owner('id'), permission('customers:read')) },
  private: ['emailVerifiedAt', 'disabledAt'],
  list: { filter: { email: ['eq'] }, sort: ['name'], defaultSort: ['name'] },
})
