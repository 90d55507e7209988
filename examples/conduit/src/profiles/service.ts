import { dependency } from 'ashlar'
import { ProfileNotFound } from '../errors.ts'
import type { Caller } from '../auth.ts'
import { profiles, type ProfileRepository, type Viewer } from './repository.ts'
import type { Profile } from './schemas.ts'

export class ProfileService {
  readonly #profiles: ProfileRepository

  constructor(profiles: ProfileRepository) {
    this.#profiles = profiles
  }

  async read(username: string, viewer: Viewer): Promise<Profile & { readonly id: string }> {
    const profile = await this.#profiles.find(username, viewer)
    if (profile === undefined) throw new ProfileNotFound()
    return profile
  }

  /** Following twice is following. */
  async follow(username: string, user: Caller): Promise<Profile> {
    const profile = await this.read(username, user)
    await this.#profiles.follow(user.id, profile.id)
    return { ...profile, following: true }
  }

  async unfollow(username: string, user: Caller): Promise<Profile> {
    const profile = await this.read(username, user)
    await this.#profiles.unfollow(user.id, profile.id)
    return { ...profile, following: false }
  }
}

export const profileService = dependency({ uses: { profiles } }, ({ profiles }) => new ProfileService(profiles))
