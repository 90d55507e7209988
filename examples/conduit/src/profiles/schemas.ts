import { named } from 'ashlar'
import { z } from 'zod'

export const Profile = named(
  'Profile',
  z.object({
    username: z.string(),
    bio: z.string().nullable(),
    image: z.string().nullable(),
    following: z.boolean().describe('Whether the caller follows this user.'),
  }),
)
export type Profile = z.infer<typeof Profile>

export const ProfileResponse = named('ProfileResponse', z.object({ profile: Profile }))
