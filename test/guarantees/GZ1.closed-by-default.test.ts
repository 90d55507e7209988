import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  createApp,
  DefinitionError,
  dependency,
  mount,
  route,
  router,
  type AppDefinition,
  type MountOptions,
  type Router,
} from 'ashlar'
import { allOf, anyone, anyOf, authenticated, role, rule, scope } from 'ashlar/access'
import { bearer } from 'ashlar/auth'

const open = route.get('/open', { access: anyone }, () => undefined)

// @ts-expect-error no access rule
const bare = route.get('/bare', {}, () => undefined)
// @ts-expect-error no access rule, for a method with a body
const bareWrite = route.post('/bare', { body: z.object({ a: z.string() }) }, () => undefined)
// @ts-expect-error a preset without a rule does not help
const barePreset = route.with({ tags: ['x'] }).get('/preset', {}, () => undefined)
const undefinedRule = route.get(
  '/undefined',
  // @ts-expect-error `undefined` is not a rule
  { access: undefined },
  () => undefined,
)
const wrongRule = route.get(
  '/wrong',
  // @ts-expect-error a string is not a rule
  { access: 'anyone' },
  () => undefined,
)

function problemsOf(api: Router, changes: Partial<AppDefinition> = {}): readonly string[] {
  try {
    createApp({ title: 'T', version: '1', environment: 'test', api, ...changes })
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems
    throw error
  }
  return []
}

test.each([
  ['none', bare],
  ['none, and a body', bareWrite],
  ['none in its preset either', barePreset],
  ['undefined', undefinedRule],
  ['something that is no rule', wrongRule],
])('an operation whose access rule is %s keeps the app from starting', (_, operation) => {
  const problems = problemsOf(router('', { open, operation }))
  expect(problems).toEqual([expect.stringMatching(/^operation: it has no access rule/)])
})

test('the error names every such operation by its place, at any depth, and says what to write', () => {
  const inner = router('/inner', { bare, fine: open })
  const api = router('', { a: router('/a', { inner }), b: router('/b', { inner }) })
  expect(() => createApp({ title: 'T', version: '1', api })).toThrow(
    /2 problems[^]*a\.inner\.bare: it has no access rule[^]*access: anyone[^]*b\.inner\.bare: it has no access rule/,
  )
})

test('a rule on the router does not stand in for the rule of an operation', () => {
  const api = router('', { access: authenticated }, { bare })
  expect(problemsOf(api, { auth: [bearer({ verify: () => undefined })] })).toEqual([
    expect.stringMatching(/^bare: it has no access rule/),
  ])
})

test('an operation of an app that is mounted is held to the same', () => {
  expect(() =>
    createApp({
      title: 'Outer',
      version: '1',
      api: router('', { open }),
      mounts: [mount('/inner', createApp({ title: 'Inner', version: '1', api: router('', { bare }) }))],
    }),
  ).toThrow(/bare: it has no access rule/)
})

test.each<[string, MountOptions]>([
  // @ts-expect-error no access rule
  ['fetch handler', { fetch: () => new Response() }],
  // @ts-expect-error no access rule
  ['Node listener', { listener: (_, response) => response.end() }],
])('a mounted %s without an access rule keeps the app from starting', (_, options) => {
  const problems = problemsOf(router('', { open }), { mounts: [mount('/legacy', options)] })
  expect(problems).toEqual([expect.stringMatching(/^mount.*it has no access rule/)])
})

test.each([
  ['authenticated', authenticated],
  ['role', role('admin')],
  ['scope', scope('read')],
  ['allOf', allOf(anyone, role('admin'))],
  ['anyOf', anyOf(role('admin'), role('editor'))],
  ['a rule of its own', rule({ name: 'own' }, () => true)],
])('a rule that needs a caller (%s) keeps an app without authenticators from starting', (_, access) => {
  const api = router('', { secret: route.get('/secret', { access }, () => undefined) })
  expect(problemsOf(api)).toEqual([expect.stringMatching(/^secret: .*nothing finds out who calls.*auth:/)])
  expect(problemsOf(api, { auth: [bearer({ verify: () => undefined })] })).toEqual([])
})

test('so does one that a router, a dependency or a mount demands', () => {
  const me = dependency({ name: 'me', access: authenticated }, ({ user }) => user.id)
  const nobody = /nothing finds out who calls/
  expect(problemsOf(router('', { access: authenticated }, { open }))).toEqual([expect.stringMatching(nobody)])
  expect(problemsOf(router('', { uses: route.get('/me', { access: anyone, uses: { me } }, () => undefined) }))).toEqual(
    [expect.stringMatching(nobody)],
  )
  expect(
    problemsOf(router('', { open }), {
      mounts: [mount('/legacy', { access: authenticated, fetch: () => new Response() })],
    }),
  ).toEqual([expect.stringMatching(nobody)])
})

test('what a dependency demands is demanded of an operation for anyone', async () => {
  const me = dependency({ name: 'me', access: authenticated }, ({ user }) => user.id)
  const app = createApp({
    title: 'T',
    version: '1',
    environment: 'test',
    auth: [bearer({ verify: (token) => (token === 'good' ? { id: 'ada' } : undefined) })],
    api: router('', {
      me: route.get('/me', { access: anyone, uses: { me }, response: z.string() }, ({ me }) => String(me)),
    }),
  })
  const ask = async (authorization?: string) =>
    (
      await app.fetch(
        new Request('http://localhost/me', authorization === undefined ? {} : { headers: { authorization } }),
      )
    ).status
  expect([await ask(), await ask('Bearer bad'), await ask('Bearer good')]).toEqual([401, 401, 200])
})
