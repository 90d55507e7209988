import { dependency, type ValueOf } from 'ashlar'
import { hashPassword, type UserRow } from 'ashlar/auth'
import { Unauthenticated } from 'ashlar/errors'
import { auth, type Caller } from '../auth.ts'
import { Taken, taken, takenByConstraint, unusable } from '../errors.ts'
import { users as repository } from './repository.ts'
import type { LoginUser, NewUser, UpdateUser } from './schemas.ts'
import type { users as table } from './table.ts'

type User = UserRow & typeof table.$inferSelect
/** A user with a token that proves it. */
export type SignedIn = Pick<User, 'username' | 'email' | 'bio' | 'image'> & { readonly token: string }

const { users, passwords, logIn, sessions, events } = auth.services
const uses = { users, passwords, logIn, sessions, events, repository }
type Used = { readonly [Name in keyof typeof uses]: ValueOf<(typeof uses)[Name]> }

/** Passwords are hashed before the transaction begins. Their policy is the specification's, which has none. */
export class UserService {
  readonly #uses: Used

  constructor(used: Used) {
    this.#uses = used
  }

  async register({ username, email, password }: NewUser): Promise<SignedIn> {
    const { users, events } = this.#uses
    await this.#mustBeFree({ username, email })
    const passwordHash = await hashPassword(password)
    const user = await unlessTaken(() => users.insert({ username, email }))
    await users.setPassword(user.id, passwordHash)
    await events.record('registered', { userId: user.id })
    return this.#signIn(user)
  }

  async login({ email, password }: LoginUser): Promise<SignedIn> {
    const { id } = await this.#uses.passwords.ofLogin(email, password)
    return this.#signIn(await this.#found(id))
  }

  async current({ id, token }: Caller): Promise<SignedIn> {
    return signedIn(await this.#found(id), token)
  }

  async update(caller: Caller, changes: UpdateUser): Promise<SignedIn> {
    try {
      return await this.#change(caller, changes)
    } catch (error) {
      throw error instanceof Taken ? unusable(error) : error
    }
  }

  /** With another password all tokens end, and the answer has a new one. */
  async #change({ id, token }: Caller, { password, ...changes }: UpdateUser): Promise<SignedIn> {
    const { users, sessions, events } = this.#uses
    await this.#mustBeFree(changes, id)
    const passwordHash = password === undefined ? undefined : await hashPassword(password)
    await this.#found(id)
    const { username, email, bio, image } = changes
    const user = await unlessTaken(() =>
      users.update(id, {
        ...(username !== undefined && { username }),
        ...(email !== undefined && { email }),
        ...(bio !== undefined && { bio: bio || null }),
        ...(image !== undefined && { image: image || null }),
      }),
    )
    if (passwordHash === undefined) return signedIn(user, token)
    await users.setPassword(id, passwordHash)
    await sessions.endAll(id)
    await events.record('password_changed', { userId: id })
    return this.#signIn(user)
  }

  async #signIn(user: User): Promise<SignedIn> {
    const result = await this.#uses.logIn.proceed({ user, methods: ['pwd'], delivery: 'tokens' })
    // There are no second factors here.
    if (result.status !== 'logged_in') throw new Unauthenticated()
    return signedIn(user, result.accessToken!)
  }

  async #found(id: UserRow['id']): Promise<User> {
    const user = await this.#uses.users.byId(id)
    if (user === undefined) throw new Unauthenticated('The account is gone.')
    return user
  }

  /** Names all that is taken at once; the constraints catch what is claimed after this look. */
  async #mustBeFree(values: { username?: string | undefined; email?: string | undefined }, self?: string) {
    const fields = await this.#uses.repository.taken(values, self)
    if (fields.length > 0) throw taken(...fields)
  }
}

function signedIn({ username, email, bio, image }: User, token: string): SignedIn {
  return { username, email, bio, image, token }
}

async function unlessTaken<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    throw takenByConstraint(error) ?? error
  }
}

export const userService = dependency({ uses }, (used) => new UserService(used))
