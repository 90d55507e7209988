import { items } from './items/table.ts'
import { authTables, users } from './users/table.ts'

export const schema = { users, ...authTables, items }
