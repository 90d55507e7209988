import { expect, test } from 'vitest'
import { z } from 'zod'
import { anyone } from '../core/access/index.ts'
import { dependency, type Dependency } from '../core/dependency.ts'
import { TooManyRequests } from '../core/errors/index.ts'
import type { ObservedAnswer, RequestObserver } from '../core/observation/observer.ts'
import { ReadyAnswer, type CheckedCall, type CompiledPolicy, type OperationPolicy } from '../core/policy/policy.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { createApp } from './create-app.ts'
import { get, serving } from './serving.fixture.ts'

function policy(compiled: CompiledPolicy, more: Partial<OperationPolicy<'limit'>> = {}): OperationPolicy<'limit'> {
  return { kind: 'policy', of: 'limit', errors: [TooManyRequests], compile: () => compiled, ...more }
}

test('policies run in order: before the caller is known, once he is, around the dependencies, and within them', async () => {
  const steps: string[] = []
  const note = (name: string): CompiledPolicy => ({
    arrive: () => void steps.push(`${name} arrive`),
    admit: () => void steps.push(`${name} admit`),
    around: async (_, next) => {
      steps.push(`${name} around`)
      const outcome = await next()
      steps.push(`${name} around end`)
      return outcome
    },
    within: (_, next) => {
      steps.push(`${name} within`)
      return next()
    },
  })
  const work = dependency(async function* () {
    steps.push('dependency')
    yield 1
    steps.push('dependency end')
  })
  const read = route.get('/', { access: anyone, uses: { work }, limit: policy(note('inner')) }, () => {
    steps.push('handler')
  })
  await using t = await serving(router('/x', { limit: policy(note('outer')) }, { read }))
  expect(await t.send(get('/x'))).toMatch(/^HTTP\/1.1 204/)
  expect(steps).toEqual([
    'outer arrive',
    'inner arrive',
    'outer admit',
    'inner admit',
    'outer around',
    'inner around',
    'dependency',
    'outer within',
    'inner within',
    'handler',
    'dependency end',
    'inner around end',
    'outer around end',
  ])
})

test('a policy that refuses says so on the answer, in the document too, and nothing behind it runs', async () => {
  let ran = false
  const refuse = policy({
    admit: (call) => {
      call.answerHeader('retry-after', '7')
      throw new TooManyRequests()
    },
  })
  const read = route.get('/', { access: anyone, limit: refuse }, () => void (ran = true))
  await using t = await serving(router('/x', { read }))
  expect(await t.send(get('/x'))).toMatch(/^HTTP\/1.1 429[\s\S]*retry-after: 7/)
  expect(ran).toBe(false)
  const { responses } = t.app.openapi().paths['/x']!['get'] as { responses: Record<string, unknown> }
  expect(Object.keys(responses)).toContain('429')
})

test('a policy joins a dependency of the operation, and its answer undoes what that did', async () => {
  const ends: string[] = []
  const tx = dependency({ name: 'tx' }, async function* () {
    try {
      yield 'the transaction'
      ends.push('commit')
    } catch (error) {
      ends.push('rollback')
      throw error
    }
  })
  const seen: unknown[] = []
  const answers: CompiledPolicy = {
    within: ({ uses }: CheckedCall) => {
      seen.push(uses['joined'])
      throw new ReadyAnswer({ status: 208, headers: new Map(), cookies: [], body: undefined })
    },
  }
  const joins = policy(answers, {
    uses: (_, present) => ({ joined: present.find(({ name }) => name === 'tx') as Dependency }),
  })
  const write = route.post('/', { access: anyone, uses: { tx }, limit: joins }, () => undefined)
  await using t = await serving(router('/x', { write }))
  expect(await t.send('POST /x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 208/)
  expect({ seen, ends }).toEqual({ seen: ['the transaction'], ends: ['rollback'] })
})

test('the limits of the app, of presets and of routers are added, and the app has none of its own pages', async () => {
  const counted: string[] = []
  const count = (name: string): OperationPolicy<'limit'> =>
    policy({ admit: ({ operation }) => void counted.push(`${name} ${operation}`) })
  const read = route
    .with({ limit: count('preset') })
    .get('/', { access: anyone, limit: [count('own')] }, () => undefined)
  await using t = await serving(router('/x', { limit: count('router') }, { read }), { limit: count('app') })
  await t.send(get('/x'))
  await t.send(get('/openapi.json'))
  expect(counted).toEqual(['app read', 'router read', 'preset read', 'own read'])
})

test('idempotent without a database, or on a GET, is a mistake that the start names', () => {
  const write = route.post('/', { access: anyone, idempotent: true }, () => undefined)
  const read = route.get('/', { access: anyone, idempotent: true }, () => undefined)
  expect(() => createApp({ title: 'T', version: '1', api: router('/x', { write, read }) })).toThrow(
    /write: idempotent needs a database[\s\S]*read: it is a GET, which is safe to repeat anyway/,
  )
  const silent = router('/x', { idempotent: true }, { read: route.get('/', { access: anyone }, () => undefined) })
  expect(() => createApp({ title: 'T', version: '1', api: silent })).not.toThrow()
})

test('an operation has a time limit of its own', async () => {
  const slow = route.get(
    '/',
    { access: anyone, timeoutMs: 20 },
    ({ signal }) => new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  )
  await using t = await serving(router('/x', { slow }))
  expect(await t.send(get('/x'))).toMatch(/^HTTP\/1.1 503[\s\S]*handler_timeout/)
})

test('observers see each request once: its operation, its steps, its status and what was thrown', async () => {
  const seen: unknown[] = []
  const observer: RequestObserver = {
    countsStatements: true,
    begin: () => ({
      run: (work) => work(),
      step: (kind, name, work) => {
        seen.push(`${kind} ${name}`)
        return work()
      },
      note: () => undefined,
    }),
    answered: ({ operation, head, statements }, { status, error }: ObservedAnswer) =>
      void seen.push({ operation, path: head.path, status, error: (error as Error | undefined)?.message, statements }),
    refused: ({ status }) => void seen.push({ refused: status }),
  }
  const clock = dependency({ name: 'clock', query: z.object({ at: z.int().default(1) }) }, () => 1)
  const read = route.get('/', { access: anyone, uses: { clock } }, () => {
    throw new TooManyRequests('no')
  })
  await using t = await serving(router('/x', { read }), { observers: [observer, {}] })
  await t.send(get('/x'))
  await t.send(get('/nowhere'))
  await t.send('GET /x HTTP/1.1\r\nhost: localhost\r\nhost: other\r\n\r\n')
  expect(seen).toEqual([
    'dependency clock',
    'handler read',
    { operation: 'read', path: '/x', status: 429, error: 'no', statements: { count: 0, waitedMs: 0 } },
    { operation: undefined, path: '/nowhere', status: 404, error: 'Not found', statements: { count: 0, waitedMs: 0 } },
    { refused: 400 },
  ])
})
