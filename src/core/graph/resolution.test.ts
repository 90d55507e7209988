import { describe, expect, test } from 'vitest'
import { dependency, type Dependency, type Uses } from '../dependency.ts'
import { fresh, provide, slot, type Override } from '../override.ts'
import { isPromise } from '../maybe-promise.ts'
import { Container } from './container.ts'
import { DefinitionError } from './problems.ts'
import { Resolution, type RunContext } from './resolution.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

function run(): RunContext {
  return { signal: new AbortController().signal, log }
}

function planOf(uses: Uses, overrides: readonly Override[] = []) {
  const container = new Container(overrides, run())
  const plan = container.plan({
    place: 'op',
    accessRoots: [],
    accessInputs: [],
    roots: [uses],
    inputs: [],
    request: true,
  })
  return { container, plan }
}

async function resolve(uses: Uses, overrides: readonly Override[] = []) {
  const { container, plan } = planOf(uses, overrides)
  await container.start()
  const resolution = new Resolution(plan, run())
  await resolution.resolve('main', [])
  const values: Record<string, unknown> = {}
  resolution.fill(plan.roots[0] ?? [], values)
  return { values, resolution, container }
}

function problemsOf(uses: Uses, overrides: readonly Override[] = []): readonly string[] {
  try {
    planOf(uses, overrides)
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems
  }
  return []
}

/** A dependency that reports what happens to it. */
function traced(name: string, events: string[], uses: Uses = {}, until: 'handled' | 'sent' = 'handled') {
  return dependency({ name, uses, until }, function* () {
    events.push(`${name} in`)
    try {
      yield name
      events.push(`${name} out`)
    } catch (error) {
      events.push(`${name} failed: ${(error as Error).message}`)
      throw error
    }
  })
}

describe('resolution', () => {
  test('a dependency used in several places is resolved once, and anew where fresh() says so', async () => {
    let count = 0
    const sub = dependency(() => ++count)
    const a = dependency({ uses: { sub } }, ({ sub }) => sub)
    const b = dependency({ uses: { sub } }, ({ sub }) => sub)
    const c = dependency({ uses: { sub: fresh(sub) } }, ({ sub }) => sub)
    const { values } = await resolve({ a, b, c })
    expect(values).toEqual({ a: 1, b: 1, c: 2 })
  })

  test('all-synchronous dependencies need no promise', () => {
    const a = dependency(() => 1)
    const b = dependency({ uses: { a } }, function* ({ a }) {
      yield a + 1
    })
    const { plan } = planOf({ b })
    const resolution = new Resolution(plan, run())
    expect(isPromise(resolution.resolve('main', []))).toBe(false)
    expect(isPromise(resolution.finish('handled', undefined))).toBe(false)
  })

  test('independent dependencies run side by side, dependent ones in order', async () => {
    const events: string[] = []
    const gate = Promise.withResolvers<void>()
    const slow = dependency(async () => {
      events.push('slow begins')
      await gate.promise
      events.push('slow ends')
    })
    const quick = dependency(async () => {
      events.push('quick begins')
      gate.resolve()
    })
    const later = dependency({ uses: { slow } }, () => void events.push('after slow'))
    await resolve({ slow, quick, later })
    expect(events).toEqual(['slow begins', 'quick begins', 'slow ends', 'after slow'])
  })

  test('cleanups run in reverse order, before-response ones first', async () => {
    const events: string[] = []
    const whole = traced('whole', events, {}, 'sent')
    const outer = traced('outer', events, { whole })
    const inner = traced('inner', events, { outer })
    const { resolution } = await resolve({ inner })
    await resolution.finish('handled', undefined)
    events.push('response sent')
    await resolution.finish('sent', undefined)
    expect(events).toEqual(['whole in', 'outer in', 'inner in', 'inner out', 'outer out', 'response sent', 'whole out'])
  })

  test('an error is thrown into every open dependency and cannot be swallowed', async () => {
    const events: string[] = []
    const outer = traced('outer', events)
    const swallowing = dependency({ uses: { outer } }, function* () {
      try {
        yield 1
      } catch {
        events.push('swallowed')
      }
    })
    const { resolution } = await resolve({ swallowing })
    const failure = await resolution.finish('handled', { error: new Error('boom') })
    expect(events).toEqual(['outer in', 'swallowed', 'outer failed: boom'])
    expect(failure?.error).toMatchObject({ message: 'boom' })
  })

  test('a cleanup that fails turns success into failure for those around it', async () => {
    const events: string[] = []
    const outer = traced('outer', events)
    const tx = dependency({ uses: { outer } }, async function* () {
      yield 'tx'
      throw new Error('commit failed')
    })
    const { resolution } = await resolve({ tx })
    const failure = await resolution.finish('handled', undefined)
    expect(failure?.error).toMatchObject({ message: 'commit failed' })
    expect(events).toEqual(['outer in', 'outer failed: commit failed'])
    expect(await resolution.finish('handled', failure)).toBe(failure)
  })

  test('when one fails while others are under way, all have settled before it is told', async () => {
    const events: string[] = []
    const opened = Promise.withResolvers<void>()
    const failing = dependency(async () => {
      await Promise.resolve()
      opened.resolve()
      throw new Error('no')
    })
    const slow = dependency(async function* () {
      await opened.promise
      await Promise.resolve()
      events.push('slow in')
      try {
        yield 1
      } finally {
        events.push('slow out')
      }
    })
    const { plan } = planOf({ failing, slow })
    const resolution = new Resolution(plan, run())
    await expect(resolution.resolve('main', [])).rejects.toThrow('no')
    expect(events).toEqual(['slow in'])
    await resolution.finish('handled', { error: new Error('no') })
    expect(events).toEqual(['slow in', 'slow out'])
  })

  test.each([
    ['never yields', function* (): Generator<number> {}, 'without yielding'],
    [
      'yields twice',
      function* () {
        yield 1
        yield 2
      },
      'yielded twice',
    ],
  ])('a generator that %s is an error', async (_, resolveIt, message) => {
    const { plan } = planOf({ odd: dependency(resolveIt) })
    const resolution = new Resolution(plan, run())
    const outcome = async () => {
      await resolution.resolve('main', [])
      const failure = await resolution.finish('handled', undefined)
      if (failure !== undefined) throw failure.error
    }
    await expect(outcome()).rejects.toThrow(message)
  })
})

test('a generator handed on by a plain function is refused, since nothing would run it', async () => {
  function* tx() {
    yield 1
  }
  await expect(resolve({ tx: dependency(() => tx()) })).rejects.toThrow(
    'op → tx: it returned a generator, which nothing would run',
  )
})

test('a generator that yields twice gives back what it holds', async () => {
  const events: string[] = []
  const twice = dependency(async function* () {
    try {
      yield 1
      yield 2
    } finally {
      events.push('given back')
    }
  })
  const { resolution } = await resolve({ twice })
  const failure = await resolution.finish('handled', undefined)
  expect(String(failure?.error)).toMatch('yielded twice')
  expect(events).toEqual(['given back'])
})

describe('app scope', () => {
  test('is resolved once at start, in order, and ended in reverse at stop', async () => {
    const events: string[] = []
    const make = (name: string, uses: Uses) =>
      dependency({ name, scope: 'app', uses } as { scope: 'app' }, async function* () {
        events.push(`${name} up`)
        yield name
        events.push(`${name} down`)
      })
    const pool = make('pool', {})
    const cache = make('cache', { pool })
    const service = dependency({ uses: { cache, pool } }, ({ cache }) => cache)
    const { values, container } = await resolve({ service })
    expect(values['service']).toBe('cache')
    await container.stop()
    expect(events).toEqual(['pool up', 'cache up', 'cache down', 'pool down'])
  })
})

describe('overrides', () => {
  test('replace a dependency wherever it is used, below others too', async () => {
    const clock = dependency(() => 'real')
    const service = dependency({ uses: { clock } }, ({ clock }) => `at ${clock}`)
    const { values } = await resolve({ service }, [
      provide(
        clock,
        dependency(() => 'fake'),
      ),
    ])
    expect(values['service']).toBe('at fake')
  })

  test('a slot takes what is provided', async () => {
    const mailer = slot<string>('mailer')
    const { values } = await resolve({ mailer }, [
      provide(
        mailer,
        dependency({ scope: 'app' }, () => 'smtp'),
      ),
    ])
    expect(values['mailer']).toBe('smtp')
  })
})

describe('mistakes are told at start, with both ends and the fix', () => {
  test('a slot that nobody provides', () => {
    expect(problemsOf({ mailer: slot('mailer') })).toEqual([
      'op → mailer: nothing provides the slot "mailer"; add provide(mailer, ...) to createApp\'s provide',
    ])
  })

  test('a cycle, which overrides can make', () => {
    const a = dependency({ name: 'a' }, () => 1)
    const b = dependency({ name: 'b', uses: { a } }, ({ a }) => a)
    const around = dependency({ name: 'around', uses: { b } }, ({ b }) => b)
    expect(problemsOf({ b }, [provide(a, around)])[0]).toContain('a cycle: b → around → b')
  })

  test('an undefined dependency, as circular imports give', () => {
    const uses = { tx: undefined as unknown as Dependency }
    expect(problemsOf({ blog: dependency({ uses }, () => 1) })[0]).toMatch(
      /op → blog → tx: the dependency is undefined; two modules/,
    )
  })

  test('an app dependency that uses one of a request', () => {
    const tx = dependency({ name: 'tx' }, function* () {
      yield 1
    })
    const cache = dependency(
      { name: 'cache', scope: 'app', uses: { tx: tx as unknown as Dependency } } as { scope: 'app' },
      () => 1,
    )
    expect(problemsOf({ cache })[0]).toContain(
      '"cache" lives as long as the app and cannot use "tx", which lives for one request',
    )
  })

  test('one that lives until the response is sent and uses one that ends before', () => {
    const tx = dependency(function* () {
      yield 1
    })
    const export_ = dependency({ until: 'sent', uses: { tx } } as { until: 'sent' }, () => 1)
    expect(problemsOf({ export_ })[0]).toContain(`cannot use "tx", which ends before; give "tx" until: 'sent' too`)
  })

  test('a name in uses that the context has already', () => {
    expect(problemsOf({ user: dependency(() => 1) })[0]).toContain('the name "user" in uses is taken by the context')
  })
})
