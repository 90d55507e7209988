import { named } from 'ashlar'
import { tableSchemas } from 'ashlar/data'
import { z } from 'zod'
import { BLANK, blankOrInvalid, filled, indexed } from '../inputs.ts'
import { users } from './table.ts'

const email = indexed
  .regex(/^[^\s@]+@[^\s@]+$/, 'is invalid')
  .toLowerCase()
  .meta({ examples: ['jake@jake.jake'] })
const username = indexed.meta({ examples: ['jake'] })
const password = filled.meta({ format: 'password', examples: ['jakejake'] })
/** Empty text clears it, as null does. */
const optionalText = z.string('is invalid').nullable()

export const LoginUser = named('LoginUser', z.object({ email: filled, password }, blankOrInvalid))
export const NewUser = named('NewUser', z.object({ username, email, password }, blankOrInvalid))
export const UpdateUser = named(
  'UpdateUser',
  z
    .object({ username, email, password, bio: optionalText, image: optionalText }, blankOrInvalid)
    .partial()
    .refine((changes) => Object.keys(changes).length > 0, BLANK)
    .meta({ minProperties: 1 }),
)
export type LoginUser = z.infer<typeof LoginUser>
export type NewUser = z.infer<typeof NewUser>
export type UpdateUser = z.infer<typeof UpdateUser>

const { row } = tableSchemas(users)

export const User = named(
  'User',
  row.pick({ email: true, username: true, bio: true, image: true }).extend({ token: z.string() }),
)

export const UserResponse = named('UserResponse', z.object({ user: User }))
