import { named } from 'ashlar'
import { tableSchemas } from 'ashlar/data'
import { z } from 'zod'
import { users } from '../users/table.ts'

const { row } = tableSchemas(users)

export const Profile = named(
  'Profile',
  row.pick({ username: true, bio: true, image: true }).extend({
    following: z.boolean().describe('Whether the caller follows this user.'),
  }),
)
export type Profile = z.infer<typeof Profile>

export const ProfileResponse = named('ProfileResponse', z.object({ profile: Profile }))
