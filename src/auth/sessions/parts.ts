import type { Transaction } from '../../data/drizzle.ts'
import type { RequestHead, ResponseHead } from '../../core/request.ts'
import type { AccountsBase } from '../core/base.ts'
import type { Aside } from '../core/aside.ts'
import type { AccountEvents, AccountsProcess } from '../core/services.ts'
import type { UserRows } from '../core/user-row.ts'

/** What the sessions of one operation work with. */
export interface SessionParts {
  readonly base: AccountsBase
  readonly tx: Transaction
  readonly aside: Aside
  readonly process: AccountsProcess
  readonly userRows: UserRows
  readonly events: AccountEvents
  readonly request: RequestHead
  readonly response: ResponseHead
}

const DAY_SECONDS = 86_400

/** Lifetimes in seconds, with their defaults. */
export function lifetimesOf({ options: { sessions, tokens } }: Pick<AccountsBase, 'options'>): {
  readonly idle: number
  readonly absolute: number
  readonly refresh: number
  readonly grace: number
  readonly impersonation: number
} {
  return {
    idle: sessions?.idleSeconds ?? 14 * DAY_SECONDS,
    absolute: sessions?.absoluteSeconds ?? 30 * DAY_SECONDS,
    refresh: tokens?.refreshExpiresInSeconds ?? 30 * DAY_SECONDS,
    grace: tokens?.refreshGraceSeconds ?? 10,
    impersonation: 3600,
  }
}

const EVENTS_KEPT_DAYS = 365
/** A hundred years, which the database's interval can hold. */
const MOST_DAYS = 36_500

/** For how many days events are kept. */
export function eventsKeptDays({ options }: Pick<AccountsBase, 'options'>): number {
  return options.eventsKeptDays ?? EVENTS_KEPT_DAYS
}

/** @throws TypeError where a lifetime is no whole number above 0; the grace may be 0. */
export function checkLifetimes(base: Pick<AccountsBase, 'options'>): void {
  const { idle, absolute, refresh, grace } = lifetimesOf(base)
  const given = {
    'sessions: { idleSeconds }': idle,
    'sessions: { absoluteSeconds }': absolute,
    'tokens: { refreshExpiresInSeconds }': refresh,
  }
  for (const [option, seconds] of Object.entries(given))
    if (!Number.isInteger(seconds) || seconds < 1)
      throw new TypeError(`accounts({ ${option} }): a whole number above 0; got ${seconds}.`)
  if (!Number.isInteger(grace) || grace < 0)
    throw new TypeError(`accounts({ tokens: { refreshGraceSeconds } }): a whole number, or 0 for none; got ${grace}.`)
  const days = eventsKeptDays(base)
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
    throw new TypeError(`accounts({ eventsKeptDays }): a whole number of days, 1 to ${MOST_DAYS}; got ${days}.`)
}
