import { dependency } from 'ashlar'
import type { Drizzle } from 'ashlar/data'
import { and, eq, sql, type SQL } from 'drizzle-orm'
import { database } from '../database.ts'
import { isNamed } from '../users/repository.ts'
import { users } from '../users/table.ts'
import type { Profile } from './schemas.ts'
import { follows } from './table.ts'

/** Who looks: what a profile or an article says depends on it. Nobody where the caller is not signed in. */
export type Viewer = { readonly id: string } | undefined

/** A user's profile, in a select that joins `users`, and `follows` where {@link isFollowedBy} the viewer. */
export const profileColumns = {
  username: users.username,
  bio: users.bio,
  image: users.image,
  following: sql<boolean>`${follows.followerId} is not null`,
}

/** Joins at most one row of `follows` to each of `users`. */
export function isFollowedBy(viewer: Viewer): SQL | undefined {
  return viewer === undefined ? sql`false` : and(eq(follows.followedId, users.id), eq(follows.followerId, viewer.id))
}

export class ProfileRepository {
  readonly #db: Drizzle

  constructor(db: Drizzle) {
    this.#db = db
  }

  async find(username: string, viewer: Viewer): Promise<(Profile & { readonly id: string }) | undefined> {
    const [found] = await this.#db
      .select({ id: users.id, ...profileColumns })
      .from(users)
      .leftJoin(follows, isFollowedBy(viewer))
      .where(isNamed(username))
    return found
  }

  async follow(followerId: string, followedId: string): Promise<void> {
    await this.#db.insert(follows).values({ followerId, followedId }).onConflictDoNothing()
  }

  async unfollow(followerId: string, followedId: string): Promise<void> {
    await this.#db.delete(follows).where(and(eq(follows.followerId, followerId), eq(follows.followedId, followedId)))
  }
}

export const profiles = dependency({ uses: { db: database.transaction } }, ({ db }) => new ProfileRepository(db))
