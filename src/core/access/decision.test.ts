import { describe, expect, test } from 'vitest'
import type { RequestHead } from '../request.ts'
import { accessFor } from './access-for.ts'
import type { Authenticator, Principal } from './authenticator.ts'
import { authenticate, authorize, decide, describeRule } from './decision.ts'
import {
  allOf,
  anyOf,
  anyone,
  authenticated,
  optionallyAuthenticated,
  permission,
  role,
  rule,
  scope,
  type AccessRule,
} from './rule.ts'

const scheme = { type: 'http', scheme: 'bearer' } as const

function authenticator(name: string, user: Principal | undefined): Authenticator {
  return { kind: 'authenticator', name, scheme, challenge: name, uses: {}, authenticate: () => user }
}

/** What the rule answers this caller: `passed`, 401 or 403. */
async function verdict(access: AccessRule, user: Principal | undefined): Promise<string | number> {
  try {
    const app = [authenticator('Bearer', user)]
    const caller = user && { user, by: app[0] }
    await authorize(decide([access], app, true), caller, (_, principal) => ({ user: principal }))
    return 'passed'
  } catch (error) {
    return (error as { status: number }).status
  }
}

const ada = { id: 1, roles: ['admin'], scopes: ['read'], permissions: ['posts.write'] }
const bob = { id: 2 }

describe('rules', () => {
  test.each<[string, AccessRule, Principal | undefined, string | number]>([
    ['anyone', anyone, undefined, 'passed'],
    ['authenticated', authenticated, undefined, 401],
    ['authenticated', authenticated, bob, 'passed'],
    ['optionallyAuthenticated', optionallyAuthenticated, undefined, 'passed'],
    ['role', role('admin'), ada, 'passed'],
    ['role', role('admin'), bob, 403],
    ['role', role('admin'), undefined, 401],
    ['scope', scope('read'), ada, 'passed'],
    ['scope', scope('write'), ada, 403],
    ['permission', permission('posts.write'), ada, 'passed'],
    ['permission', permission('posts.write'), bob, 403],
    ['anyOf', anyOf(role('admin'), role('editor')), ada, 'passed'],
    ['anyOf', anyOf(role('admin'), role('editor')), bob, 403],
    ['allOf', allOf(role('admin'), scope('write')), ada, 403],
    ['allOf', allOf(role('admin'), scope('read')), ada, 'passed'],
    ['a custom rule', rule({ name: 'even' }, async ({ user }) => Number(user.id) % 2 === 0), bob, 'passed'],
    ['a custom rule', rule({ name: 'even' }, ({ user }) => Number(user.id) % 2 === 0), ada, 403],
    ['a custom rule is not asked about strangers', rule({ name: 'all' }, () => true), undefined, 401],
  ])('%s', async (_, access, user, expected) => {
    expect(await verdict(access, user)).toBe(expected)
  })
})

test('the first authenticator that knows the caller decides who it is', async () => {
  const authenticators = [authenticator('a', undefined), authenticator('b', ada), authenticator('c', bob)]
  expect(await authenticate({ authenticators }, {} as RequestHead, () => ({}))).toEqual({
    user: ada,
    by: authenticators[1],
  })
})

test('who is known at once is let in at once, without a promise', () => {
  const authenticators = [authenticator('a', undefined), authenticator('b', ada)]
  const decision = decide([authenticated, role('admin')], authenticators, true)
  const caller = authenticate(decision, {} as RequestHead, () => ({}))
  expect(caller).toEqual({ user: ada, by: authenticators[1] })
  expect(authorize(decision, { user: ada, by: authenticators[1] }, () => ({}))).toBeUndefined()
})

test("rules bound to authenticators ask those and not the app's", () => {
  const own = authenticator('own', ada)
  const { role: ownRole } = accessFor(own)
  expect(decide([ownRole('admin')], [authenticator('app', bob)]).authenticators).toEqual([own])
})

describe('where rules are bound to different authenticators, a caller is somebody only to those that know it:', () => {
  const customers = authenticator('customers', { id: 7, roles: ['admin'] })
  const staff = authenticator('staff', { id: 7, roles: ['admin'] })
  const ofCustomers = accessFor(customers)
  const ofStaff = accessFor(staff)
  const strict = (users: readonly unknown[]) =>
    ofStaff.rule({ name: 'asked' }, ({ user }) => {
      ;(users as unknown[]).push(user)
      return true
    })

  async function passes(
    rules: readonly AccessRule[],
    by: Authenticator | undefined,
    app: readonly Authenticator[] = [],
  ) {
    const decision = decide(rules, app)
    const caller = { user: { id: 7, roles: ['admin'] }, by }
    return Promise.resolve()
      .then(() => authorize(decision, caller, (_, user) => ({ user })))
      .then(
        () => 'passed',
        (error: { status: number }) => error.status,
      )
  }

  test('a rule of the router does not let those through that only the operation knows', async () => {
    const rules = [ofStaff.authenticated, ofCustomers.authenticated]
    expect(await passes(rules, customers)).toBe(403)
    expect(await passes(rules, staff)).toBe(403)
    expect(await passes([ofStaff.role('admin'), ofCustomers.authenticated], customers)).toBe(403)
    expect(await passes([role('admin'), ofCustomers.authenticated], customers, [staff])).toBe(403)
  })

  test('any of them is enough where the rule says so, and code is called with its own users only', async () => {
    const users: unknown[] = []
    const either = anyOf(strict(users), ofCustomers.authenticated)
    expect(await passes([either], customers)).toBe('passed')
    expect(users).toEqual([])
    expect(await passes([either], staff)).toBe('passed')
    expect(users).toHaveLength(1)
  })

  test('rules that name none ask whom the others ask, where the app has none of its own', async () => {
    expect(await passes([role('admin'), ofCustomers.authenticated], customers)).toBe('passed')
  })

  test('a caller of the test kit is known to all', async () => {
    expect(await passes([ofStaff.authenticated, ofCustomers.authenticated], undefined)).toBe('passed')
  })
})

test('a public operation asks nobody, and whether strangers may pass is known before any request', () => {
  const app = [authenticator('app', ada)]
  expect(decide([anyone], app)).toMatchObject({ authenticators: [], anonymous: true })
  expect(decide([optionallyAuthenticated], app)).toMatchObject({ authenticators: app, anonymous: true })
  expect(decide([anyone, authenticated], app)).toMatchObject({ authenticators: app, anonymous: false })
})

test('401 carries every challenge once', async () => {
  const decision = decide(
    [authenticated],
    [
      authenticator('Bearer', undefined),
      authenticator('Basic realm="x"', undefined),
      authenticator('Bearer', undefined),
    ],
  )
  const refused = Promise.resolve().then(() => authorize(decision, undefined, () => ({})))
  await expect(refused).rejects.toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Bearer, Basic realm="x"' },
  })
})

test('a rule is described in words', () => {
  expect(
    describeRule(
      anyOf(
        allOf(role('admin'), scope('x')),
        rule({ name: 'owner' }, () => true),
      ).node,
    ),
  ).toBe('anyOf(allOf(role(admin), scope(x)), owner)')
})
