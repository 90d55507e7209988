import { named, secret } from 'ashlar'
import { isoTime } from 'ashlar/data'
import { z } from 'zod'
import type { users } from './table.ts'

const email = z.email().max(254)
const fullName = z.string().max(255).nullable()
/** Its form is checked by the accounts' policy: at least 15 characters, and none of those that are tried first. */
export const password = secret(z.string().min(1).max(128))

export const UserPublic = named(
  'UserPublic',
  z.object({
    id: z.uuid(),
    email: z.email(),
    is_active: z.boolean(),
    is_superuser: z.boolean(),
    full_name: fullName,
    created_at: z.iso.datetime(),
  }),
)
export type UserPublic = z.infer<typeof UserPublic>
export const UsersPublic = named('UsersPublic', z.object({ data: z.array(UserPublic), count: z.int() }))

export const UserRegister = named('UserRegister', z.object({ email, password, full_name: fullName.default(null) }))
export const UserCreate = named(
  'UserCreate',
  UserRegister.extend({ is_active: z.boolean().default(true), is_superuser: z.boolean().default(false) }),
)
export const UserUpdateMe = named('UserUpdateMe', z.object({ email: email.nullish(), full_name: fullName.optional() }))
export const UserUpdate = named(
  'UserUpdate',
  UserUpdateMe.extend({
    password: password.nullish(),
    is_active: z.boolean().nullish(),
    is_superuser: z.boolean().nullish(),
  }),
)
export type UserUpdate = z.infer<typeof UserUpdate>
export const UpdatePassword = named('UpdatePassword', z.object({ current_password: password, new_password: password }))

/** A row as the front end knows it. */
export function publicUser(row: typeof users.$inferSelect): UserPublic {
  const { id, email, roles, disabledAt, full_name, createdAt } = row
  return {
    id,
    email,
    is_active: disabledAt === null,
    is_superuser: roles.includes('superuser'),
    full_name,
    created_at: isoTime(createdAt),
  }
}
