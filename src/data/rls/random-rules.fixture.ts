import { and, eq, inArray, sql } from 'drizzle-orm'
import {
  allOf,
  anyOf,
  anyone,
  authenticated,
  owner,
  permission,
  role,
  rows,
  scope,
  tenant,
  through,
  type AccessRule,
  type Principal,
} from '../../core/access/index.ts'
import { pick, type Random } from '../query/random.fixture.ts'
import type { docs } from './rls.fixture.ts'

export interface Member extends Principal {
  readonly id: string
  readonly tenantId?: number
  readonly teams: readonly string[]
}

const tenantOf = (user: Principal): unknown => (user as Member).tenantId
const LEAVES: readonly AccessRule[] = [
  anyone,
  authenticated,
  role('editor'),
  scope('docs'),
  permission('write'),
  owner('ownerId'),
  tenant('tenantId', tenantOf),
  through('team', owner('leadId')),
  through('team', allOf(role('editor'), owner('leadId'))),
  through('team', through('docs', owner('ownerId'))),
  rows<typeof docs>('published', ({ table }) => eq(table.published, true), { anonymous: true }),
  rows<typeof docs>(
    'known or published',
    ({ table, user }) => (user === undefined ? eq(table.published, true) : true),
    {
      anonymous: true,
    },
  ),
  rows<typeof docs>('mine and low', ({ table, user }) =>
    and(eq(table.ownerId, user.id as string), sql`${table.level} < 3`),
  ),
  rows<typeof docs>('my teams', ({ table, user }) => inArray(table.teamId, teamsOf(user))),
  rows<typeof docs>('none', () => false),
]

/** A list of SQL's own where the caller is a symbol. */
function teamsOf(user: Principal): string[] {
  return (user as Member).teams as string[]
}

export function randomRule(random: Random, depth = 2): AccessRule {
  if (depth === 0 || random(5) < 2) return pick(random, LEAVES)
  const of = [randomRule(random, depth - 1), randomRule(random, depth - 1)] as const
  return random(2) === 0 ? anyOf(...of) : allOf(...of)
}
