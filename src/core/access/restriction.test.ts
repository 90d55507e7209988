import { describe, expect, test } from 'vitest'
import type { Authenticator, Principal } from './authenticator.ts'
import { authenticate, authorize, decide, scopeOf } from './decision.ts'
import { isGranted } from './grant.ts'
import { owner } from './row-rule.ts'
import { allOf, anyOf, anyone, authenticated, optionallyAuthenticated, role, rule, scope } from './rule.ts'
import type { AccessRule } from './rule.ts'

const key = (scopes: readonly string[]): Principal => ({ id: 1, roles: ['admin'], scopes, restricted: true })

/** What the rules answer this caller: `passed` or a status. */
async function verdict(rules: readonly AccessRule[], user: Principal, safe: boolean): Promise<string | number> {
  const app: Authenticator = {
    kind: 'authenticator',
    name: 'key',
    scheme: { type: 'http' },
    challenge: 'Key',
    uses: {},
    authenticate: () => user,
  }
  const decision = decide(rules, [app], safe)
  try {
    const caller = await authenticate(decision, {} as never, () => ({}))
    await authorize(decision, caller, (_, principal) => ({ user: principal }))
    return 'passed'
  } catch (error) {
    return (error as { readonly status: number }).status
  }
}

const safe = true
const unsafe = false
const even = rule({ name: 'even' }, () => true)

describe('restricted credentials', () => {
  test.each<[string, readonly AccessRule[], Principal, boolean, string | number]>([
    ['may read with read', [authenticated], key(['read']), safe, 'passed'],
    ['may not write with read', [authenticated], key(['read']), unsafe, 403],
    ['may write with write', [authenticated], key(['write']), unsafe, 'passed'],
    ['may not read with write', [authenticated], key(['write']), safe, 403],
    ['may do all with *', [role('admin')], key(['*']), unsafe, 'passed'],
    ['may do nothing without scopes', [authenticated], key([]), safe, 403],
    ['may not go round it by a role', [role('admin')], key(['read']), unsafe, 403],
    ['may not go round it by code', [even], key(['posts:write']), unsafe, 403],
    ['may not where the caller is optional', [optionallyAuthenticated], key(['posts:write']), safe, 403],
    ['may what the public may', [anyone], key([]), unsafe, 'passed'],
    ['may with the scope that is asked for', [scope('posts:write')], key(['posts:write']), unsafe, 'passed'],
    ['may with a wildcard for it', [scope('posts:write')], key(['posts:*']), unsafe, 'passed'],
    ['may not with another', [scope('posts:write')], key(['posts:read']), unsafe, 403],
    ['may not with write in its place', [scope('posts:write')], key(['write']), unsafe, 403],
    ['may with a scope of the router', [scope('posts:write'), role('admin')], key(['posts:write']), unsafe, 'passed'],
    ['may with a scope among others', [allOf(role('admin'), scope('a'))], key(['a']), unsafe, 'passed'],
    ['may not by the way round the scope', [anyOf(role('admin'), scope('a'))], key(['b']), unsafe, 403],
    ['may by the way of the scope', [anyOf(role('admin'), scope('a'))], key(['a']), unsafe, 'passed'],
    ['may by the way round with write', [anyOf(role('admin'), scope('a'))], key(['write']), unsafe, 'passed'],
    [
      'may not with the scope of a way whose rest fails',
      [anyOf(role('admin'), allOf(role('no'), scope('a')))],
      key(['a']),
      unsafe,
      403,
    ],
  ])('%s', async (...[, rules, user, method, expected]) => {
    expect(await verdict(rules, user, method)).toBe(expected)
  })

  test('others are asked for no scopes but those of the rules', async () => {
    const user = { id: 1, roles: ['admin'], scopes: [] }
    expect(await verdict([role('admin')], user, unsafe)).toBe('passed')
    expect(await verdict([anyOf(role('admin'), scope('a'))], user, unsafe)).toBe('passed')
  })

  test('have the rows of the ways with their scopes, and not of those round them', () => {
    const access = anyOf(role('admin'), allOf(owner('ownerId'), scope('tasks:write')))
    const asked = { askedBy: undefined, custom: true }
    const user = key(['tasks:write'])
    expect(scopeOf(access, { ...asked, caller: { user, by: undefined } })).toBe(true)
    expect(scopeOf(access, { ...asked, caller: { user, by: undefined, limited: true } })).toMatchObject({ type: 'row' })
  })

  test('that the test kit knows are no more than others', async () => {
    const decision = { ...decide([authenticated], [], unsafe), known: () => key(['read']) }
    const caller = await authenticate(decision, {} as never, () => ({}))
    expect(() => authorize(decision, caller, () => ({}))).toThrow(/restricted/)
  })
})

describe('wildcards', () => {
  const grants = (held: readonly string[], name: string, type: 'scope' | 'permission' | 'role' = 'permission') =>
    isGranted({ type, name }, { id: 1, permissions: held, scopes: held, roles: held })

  test.each<[readonly string[], string, boolean]>([
    [['*'], 'posts:delete', true],
    [['posts:*'], 'posts:delete', true],
    [['posts:*'], 'posts:comments:delete', true],
    [['posts:*'], 'posts', false],
    [['posts:*'], 'posts:', false],
    [['posts:*'], 'postscript:read', false],
    [['posts*'], 'posts:delete', false],
    [['*:delete'], 'posts:delete', false],
    [['posts:delete'], 'posts:*', false],
    [['posts:*'], 'posts:*', true],
    [[':*'], ':x', true],
    [[], '', false],
    [['POSTS:*'], 'posts:delete', false],
  ])('%j, asked for %s: %s', (held, name, expected) => {
    expect(grants(held, name)).toBe(expected)
    expect(grants(held, name, 'scope')).toBe(expected)
  })

  test('a role is its name alone', () => {
    expect(grants(['*'], 'admin', 'role')).toBe(false)
    expect(grants(['admin:*'], 'admin:x', 'role')).toBe(false)
    expect(grants(['admin'], 'admin', 'role')).toBe(true)
  })
})
