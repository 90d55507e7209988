import { dependency, type ValueOf } from 'ashlar'
import { InvalidCredentials, type UserRow } from 'ashlar/auth'
import { UniqueViolation } from 'ashlar/data'
import { BadRequest, NotFound } from 'ashlar/errors'
import { desc } from 'drizzle-orm'
import type { z } from 'zod'
import { auth } from '../auth.ts'
import { publicUser, type UserCreate, type UserPublic, type UsersPublic, type UserUpdate } from './schemas.ts'
import { users as table } from './table.ts'

const { transaction, users, passwords, passwordChanges, sessions, mail, events } = auth.services
const uses = { tx: transaction, users, passwords, passwordChanges, sessions, mail, events }
type Used = { readonly [Name in keyof typeof uses]: ValueOf<(typeof uses)[Name]> }

/** What becomes of users. All of it is one transaction; passwords are hashed before it begins. */
export class UserService {
  readonly #uses: Used

  constructor(used: Used) {
    this.#uses = used
  }

  async list(skip: number, limit: number): Promise<z.infer<typeof UsersPublic>> {
    const { tx } = this.#uses
    const rows = await tx.select().from(table).orderBy(desc(table.createdAt), table.id).offset(skip).limit(limit)
    return { data: rows.map(publicUser), count: await tx.$count(table) }
  }

  async byId(id: UserRow['id']): Promise<UserPublic> {
    return publicUser(await this.#found(id))
  }

  async create({ password, is_active, is_superuser, ...values }: z.infer<typeof UserCreate>): Promise<UserPublic> {
    const { passwords, users, events } = this.#uses
    const passwordHash = await passwords.hash(password, { user: values })
    const roles = is_superuser ? ['superuser'] : []
    const disabledAt = is_active ? null : new Date().toISOString()
    const user = await unlessTaken(() => users.insert({ ...values, roles, disabledAt }))
    await users.setPassword(user.id, passwordHash)
    await events.record('registered', { userId: user.id })
    return publicUser(user)
  }

  /** What is absent or null stays as it is; a `full_name` of null is none. */
  async update(id: UserRow['id'], { email, full_name, password, ...rights }: UserUpdate): Promise<UserPublic> {
    const { passwords, users, passwordChanges } = this.#uses
    const passwordHash =
      password == null
        ? undefined
        : await passwords.hash(password, { user: (await passwords.owner(id)) ?? {}, userId: id })
    const before = await this.#found(id)
    const user = await unlessTaken(() =>
      users.update(id, {
        ...(full_name !== undefined && { full_name }),
        ...(email != null && { email, emailVerifiedAt: null }),
        ...rightsOf(before, rights),
      }),
    )
    await this.#settle(before, user)
    if (passwordHash !== undefined) await passwordChanges.set(user, passwordHash)
    return publicUser(user)
  }

  /** Everything that is logged in ends, this session too. */
  async changePassword(id: UserRow['id'], current: string, next: string): Promise<void> {
    const { passwords, passwordChanges } = this.#uses
    if (current === next) throw new BadRequest('New password cannot be the same as the current one')
    const owner = await passwords.owner(id)
    if (owner === undefined) throw new NotFound('User not found')
    const passwordHash = await passwords.hash(next, { user: owner, userId: id }, 'new_password')
    await provedOr('Incorrect password', () => passwords.ofUser(id, current))
    await passwordChanges.set(owner, passwordHash)
  }

  async remove(id: UserRow['id']): Promise<void> {
    const { users, sessions, events } = this.#uses
    const { id: userId } = await this.#found(id)
    await sessions.endAll(userId)
    await events.record('account_deleted', { userId })
    await users.remove(userId)
  }

  async #found(id: UserRow['id']) {
    const user = await this.#uses.users.byId(id)
    if (user === undefined) throw new NotFound('User not found')
    return user
  }

  /** Tokens say what their owner may do: with other rights they end. */
  async #settle(before: UserRow, after: UserRow): Promise<void> {
    const { sessions, mail } = this.#uses
    const hasOtherRights =
      before.disabledAt !== after.disabledAt || before.roles.includes('superuser') !== after.roles.includes('superuser')
    if (hasOtherRights) await sessions.endAll(after.id)
    if (before.email !== null && before.email !== after.email)
      mail.send('email-changed', before.email, { email: after.email })
  }
}

function rightsOf({ roles, disabledAt }: UserRow, { is_active, is_superuser }: UserUpdate) {
  const others = roles.filter((role) => role !== 'superuser')
  return {
    ...(is_active != null && { disabledAt: is_active ? null : (disabledAt ?? new Date().toISOString()) }),
    ...(is_superuser != null && { roles: is_superuser ? [...others, 'superuser'] : others }),
  }
}

async function unlessTaken<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    throw error instanceof UniqueViolation
      ? new BadRequest('The user with this email already exists in the system')
      : error
  }
}

/** The front end takes a 401 for a token that has ended, and shows a 400. */
export async function provedOr<T>(message: string, prove: () => Promise<T>): Promise<T> {
  try {
    return await prove()
  } catch (error) {
    throw error instanceof InvalidCredentials ? new BadRequest(message) : error
  }
}

export const userService = dependency({ uses, errors: [BadRequest, NotFound] }, (used) => new UserService(used))
