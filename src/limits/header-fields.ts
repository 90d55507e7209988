import { hash } from 'node:crypto'

/** A limit as its headers name it. */
export interface NamedLimit {
  /** Letters, digits and dashes. */
  readonly name: string
  readonly max: number
  readonly windowSeconds: number
}

const PARTITION_LENGTH = 12

/** Tells whose count it is without saying who: a client that calls as several sees which is which. */
export function partitionKey(who: string): string {
  return hash('sha256', who, 'base64').slice(0, PARTITION_LENGTH)
}

/** A member of `RateLimit-Policy`: the limit as such (draft-ietf-httpapi-ratelimit-headers section 3). */
export function policyMember({ name, max, windowSeconds }: NamedLimit, partition?: string): string {
  return `"${name}";q=${max};w=${windowSeconds}${partition === undefined ? '' : `;pk=:${partition}:`}`
}

/** A member of `RateLimit`: what is left of it, and for how long (section 4 of the draft). */
export function stateMember(
  { name }: Pick<NamedLimit, 'name'>,
  left: { readonly remaining: number; readonly resetSeconds: number },
  partition?: string,
): string {
  return `"${name}";r=${left.remaining};t=${left.resetSeconds}${partition === undefined ? '' : `;pk=:${partition}:`}`
}

/** Whole seconds, and at least one: a client that comes back at once comes too early. */
export function secondsUntil(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000))
}
