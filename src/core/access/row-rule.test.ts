import { expect, test } from 'vitest'
import { Problems } from '../graph/problems.ts'
import { route } from '../route.ts'
import { router } from '../router.ts'
import { placeOperations } from '../tree.ts'
import type { Authenticator } from './authenticator.ts'
import { authorize, decide, describeRule, scopeOf } from './decision.ts'
import { accessFor, allOf, anyOf, anyone, authenticated, owner, role, rows, rule, through } from './index.ts'

const authenticator = (name: string): Authenticator => ({
  kind: 'authenticator',
  name,
  scheme: { type: 'http' },
  challenge: name,
  uses: {},
  authenticate: () => undefined,
})
const ada = { id: 'ada', roles: ['admin'] }
const asked = { caller: { user: ada, by: undefined }, askedBy: undefined, custom: false }

test('what remains of a rule about a caller are its conditions on rows', () => {
  const mine = owner('ownerId')
  expect(scopeOf(mine, asked)).toEqual({ type: 'row', node: mine.node, user: ada })
  expect(scopeOf(anyOf(mine, role('admin')), asked)).toBe(true)
  expect(scopeOf(anyOf(mine, role('clerk')), asked)).toMatchObject({ type: 'row', user: ada })
  expect(scopeOf(allOf(mine, role('clerk')), asked)).toBe(false)
  expect(scopeOf(anyOf(allOf(mine, through('list', mine)), mine), asked)).toMatchObject({
    type: 'anyOf',
    of: [{ type: 'allOf' }, { type: 'row' }],
  })
  expect(scopeOf(anyOf(mine, anyone), asked)).toBe(true)
})

test('nobody has rows of their own, and a condition that asks nobody is still asked', () => {
  const nobody = { ...asked, caller: undefined }
  const published = rows('published', () => true, { anonymous: true })
  expect(scopeOf(owner('ownerId'), nobody)).toBe(false)
  expect(scopeOf(authenticated, nobody)).toBe(false)
  expect(scopeOf(anyOf(owner('ownerId'), published), nobody)).toEqual({
    type: 'row',
    node: published.node,
    user: undefined,
  })
  expect(decide([anyOf(authenticated, published)], []).anonymous).toBe(true)
})

test('a caller of one authenticator has no rows by the rules of another', () => {
  const [user, machine] = [authenticator('user'), authenticator('machine')]
  const both = anyOf(accessFor(user).owner('ownerId'), accessFor(machine).role('admin'))
  const { askedBy } = decide([both], [])
  expect(scopeOf(both, { caller: { user: ada, by: machine }, askedBy, custom: false })).toBe(true)
  expect(scopeOf(both, { caller: { user: { id: 'ada' }, by: machine }, askedBy, custom: false })).toBe(false)
  expect(scopeOf(both, { caller: { user: ada, by: user }, askedBy, custom: false })).toMatchObject({ type: 'row' })
})

test("nor has a caller of a bound rule rows by a rule of the app's, where that is none of the operation's own", () => {
  const [appUser, staff] = [authenticator('app'), authenticator('staff')]
  const { askedBy } = decide([accessFor(staff).authenticated], [appUser])
  expect(scopeOf(owner('ownerId'), { caller: { user: ada, by: staff }, askedBy, custom: false })).toBe(false)
  expect(scopeOf(owner('ownerId'), { caller: { user: ada, by: appUser }, askedBy, custom: false })).toMatchObject({
    type: 'row',
  })
})

test("a condition that asks nobody lets another authenticator's callers in as it lets strangers in", async () => {
  const [user, machine] = [authenticator('user'), authenticator('machine')]
  const published = accessFor(user).rows('published', () => true, { anonymous: true })
  const decision = decide([published, accessFor(machine).optionallyAuthenticated], [])
  for (const caller of [undefined, { user: ada, by: machine }, { user: ada, by: user }])
    await expect(Promise.resolve(authorize(decision, caller, () => ({})))).resolves.toBeUndefined()
  expect(scopeOf(published, { caller: { user: ada, by: machine }, askedBy: decision.askedBy, custom: false })).toEqual({
    type: 'row',
    node: published.node,
    user: undefined,
  })
})

test('a rule with code of its own counts as what is said', () => {
  const custom = rule({ name: 'weekday' }, () => true)
  expect(scopeOf(allOf(custom, owner('ownerId')), { ...asked, custom: false })).toBe(false)
  expect(scopeOf(allOf(custom, owner('ownerId')), { ...asked, custom: true })).toMatchObject({ type: 'row' })
})

test('a rule about rows is an error where nobody makes a condition of it', () => {
  const operation = route.get('/', { access: anyOf(role('admin'), owner('ownerId')) }, () => undefined)
  const problems = new Problems()
  placeOperations(router('', { ours: { ...operation, rowScoped: true }, lost: operation }), problems)
  expect(() => problems.throwIfAny()).toThrow(/lost: its access rule owner\(ownerId\) is about rows/)
  expect(() => problems.throwIfAny()).not.toThrow(/ours/)
  const above = new Problems()
  placeOperations(router('', { access: owner('x') }, { a: { ...operation, rowScoped: true } }), above)
  expect(() => above.throwIfAny()).toThrow(/owner\(x\)/)
})

test('a rule about rows is described in words', () => {
  expect(
    describeRule(
      anyOf(
        owner('ownerId'),
        rows('published', () => true),
      ).node,
    ),
  ).toBe('anyOf(owner(ownerId), published)')
})
