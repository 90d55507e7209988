import type { UserId } from '../identity.ts'

/** A row of the app's table of users, with the columns that accounts know. */
export interface UserRow {
  readonly id: UserId
  readonly email: string | null
  readonly emailVerifiedAt: string | null
  readonly roles: readonly string[]
  readonly disabledAt: string | null
  readonly [column: string]: unknown
}

/** Users and their credentials in the operation's transaction. */
export interface UserRows<Row extends UserRow = UserRow, Values = Readonly<Record<string, unknown>>> {
  byId(id: UserId): Promise<Row | undefined>
  /** By the address, in any case. */
  byEmail(email: string): Promise<Row | undefined>
  /** By what the app lets people log in with: an address, a user name. */
  byLogin(login: string): Promise<Row | undefined>
  /**
   * With its credentials, which have no password yet.
   *
   * @throws UniqueViolation where the address, or something else, is taken.
   */
  insert(values: Values): Promise<Row>
  update(id: UserId, changes: Values): Promise<Row>
  remove(id: UserId): Promise<void>
  /** Locks them until the transaction ends. Made where there are none: the user may be older than its accounts. */
  credentials(id: UserId): Promise<Credentials>
  setPassword(id: UserId, passwordHash: string | null): Promise<void>
  /** The same password, hashed at today's cost. */
  upgradePassword(id: UserId, passwordHash: string): Promise<void>
  setMustReset(id: UserId, mustReset: boolean): Promise<void>
}

export interface Credentials {
  readonly userId: UserId
  readonly passwordHash: string | null
  readonly passwordChangedAt: string | null
  readonly epoch: number
  readonly mustReset: boolean
}
