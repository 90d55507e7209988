import { route, router } from 'ashlar'
import { authenticated, optionallyAuthenticated } from '../auth.ts'
import { ProfileNotFound } from '../errors.ts'
import { ProfileResponse } from './schemas.ts'
import { profileService } from './service.ts'

const profile = route.with({ uses: { profiles: profileService }, errors: [ProfileNotFound], tags: ['Profile'] })

export const profileApi = router('/profiles', {
  read: profile.get(
    '/:username',
    { access: optionallyAuthenticated, response: ProfileResponse, summary: 'Get a profile' },
    async ({ params, user, profiles }) => ({ profile: await profiles.read(params.username, user) }),
  ),
  follow: profile.post(
    '/:username/follow',
    { access: authenticated, response: ProfileResponse, summary: 'Follow a user' },
    async ({ params, user, profiles }) => ({ profile: await profiles.follow(params.username, user) }),
  ),
  unfollow: profile.delete(
    '/:username/follow',
    { access: authenticated, response: ProfileResponse, summary: 'Unfollow a user' },
    async ({ params, user, profiles }) => ({ profile: await profiles.unfollow(params.username, user) }),
  ),
})
