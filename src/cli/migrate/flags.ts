import { InvalidArgumentError } from 'commander'
import type { Decisions } from '../../data/migrations/review/decisions.ts'

/** The options of `ashlar migrate`, as commander gives them. */
export interface MigrateFlags {
  readonly rename?: readonly (readonly [string, string])[]
  readonly drop?: readonly string[]
  readonly convert?: readonly (readonly [string, string])[]
  readonly backfill?: readonly (readonly [string, string])[]
  readonly allowDestructive?: boolean
  readonly to?: number
  /** The name of one database. */
  readonly database?: string
  /** Whether `check` looks at the database too. */
  readonly live?: boolean
}

export function decisionsOf({
  rename = [],
  drop = [],
  convert = [],
  backfill = [],
  allowDestructive = false,
}: MigrateFlags): Decisions {
  return {
    renames: Object.fromEntries(rename),
    drops: drop,
    conversions: Object.fromEntries(convert),
    backfills: Object.fromEntries(backfill),
    allowDestructive,
  }
}

type Pair = readonly [string, string]

/** `users.name=users.full_name`; the second part may hold more of `=`. */
export function parsePair(value: string, before: readonly Pair[] = []): readonly Pair[] {
  const at = value.indexOf('=')
  if (at > 0) return [...before, [value.slice(0, at), value.slice(at + 1)]]
  throw new InvalidArgumentError('Write it as old=new, or column=expression.')
}

/** Like `parsePair`, and what follows `=` may be left out with it. */
export function parseConversion(value: string, before: readonly Pair[] = []): readonly Pair[] {
  return value.includes('=') ? parsePair(value, before) : [...before, [value, '']]
}

export function parseName(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

export function parseNumber(value: string): number {
  if (/^\d+/.test(value)) return Number.parseInt(value, 10)
  throw new InvalidArgumentError('It is the number of a migration: 0007, or 0 for none.')
}
