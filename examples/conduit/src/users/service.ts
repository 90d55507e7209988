import { dependency } from 'ashlar'
import { hashPassword, needsRehash, verifyPassword } from 'ashlar/auth'
import { Unauthenticated } from 'ashlar/errors'
import { tokens } from '../auth.ts'
import { InvalidCredentials, Taken, taken, takenByConstraint, unusable } from '../errors.ts'
import { users, type Account, type UserRepository } from './repository.ts'
import type { LoginUser, NewUser, UpdateUser } from './schemas.ts'

/** An account with a token that proves it. */
export type SignedIn = Account & { readonly token: string }

export class UserService {
  readonly #users: UserRepository

  constructor(users: UserRepository) {
    this.#users = users
  }

  async register({ username, email, password }: NewUser): Promise<SignedIn> {
    await this.#mustBeFree({ username, email })
    return this.signIn(await this.#users.insert({ username, email, passwordHash: await hashPassword(password) }))
  }

  async login({ email, password }: LoginUser): Promise<SignedIn> {
    const user = await this.#users.byEmail(email)
    const verified = await verifyPassword(password, user?.passwordHash)
    if (user === undefined || !verified) throw new InvalidCredentials()
    if (needsRehash(user.passwordHash))
      await this.#users.update(user.id, { passwordHash: await hashPassword(password) })
    return this.signIn(user)
  }

  async update({ id }: Account, changes: UpdateUser): Promise<SignedIn> {
    try {
      return await this.#change(id, changes)
    } catch (error) {
      const clash = error instanceof Taken ? error : takenByConstraint(error)
      throw clash === undefined ? error : unusable(clash)
    }
  }

  async #change(id: string, changes: UpdateUser): Promise<SignedIn> {
    await this.#mustBeFree(changes, id)
    const { username, email, password, bio, image } = changes
    const updated = await this.#users.update(id, {
      ...(username !== undefined && { username }),
      ...(email !== undefined && { email }),
      ...(password !== undefined && { passwordHash: await hashPassword(password) }),
      ...(bio !== undefined && { bio: bio || null }),
      ...(image !== undefined && { image: image || null }),
    })
    if (updated === undefined) throw new Unauthenticated('The account is gone.')
    return this.signIn(updated)
  }

  async signIn(user: Account): Promise<SignedIn> {
    return { ...user, token: await tokens.issue({ sub: user.id }) }
  }

  /** Names all that is taken at once; the constraints catch what is claimed after this look. */
  async #mustBeFree(values: Parameters<UserRepository['taken']>[0], self?: string): Promise<void> {
    const fields = await this.#users.taken(values, self)
    if (fields.length > 0) throw taken(...fields)
  }
}

export const userService = dependency({ scope: 'app', uses: { users } }, ({ users }) => new UserService(users))
