import { afterEach, expect, test } from 'vitest'
import { dependency } from '../core/dependency.ts'
import type { App } from '../app/app.ts'
import { createApp } from '../app/create-app.ts'
import { router } from '../core/router.ts'
import { cached } from './cached.ts'
import { invalidate } from './invalidate.ts'
import { passed } from './passed.fixture.ts'

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

function app(): App {
  const made = createApp({ title: 'Test', version: '1.0.0', environment: 'test', api: router('/', {}) })
  ended.push(() => made.stop())
  return made
}

test('a value is made once for the same arguments, with what it uses, and frozen', async () => {
  const made: string[] = []
  const source = dependency({ scope: 'app' }, () => ({ rate: 2 }))
  const rates = cached(
    { name: 'rates', ttlSeconds: 60, uses: { source } },
    async ({ source: { rate } }, currency: string, options?: { readonly day: Date }) => {
      made.push(currency)
      return { currency, rate, days: [options?.day.getTime() ?? 0] }
    },
  )
  await app().run({ rates }, async ({ rates: get }) => {
    const all = await Promise.all([get('EUR'), get('EUR'), get('USD'), get('EUR', { day: new Date(1) })])
    expect(all.map(({ days }) => days)).toEqual([[0], [0], [0], [1]])
    expect(await get('EUR')).toEqual({ currency: 'EUR', rate: 2, days: [0] })
    expect(made).toEqual(['EUR', 'USD', 'EUR'])
    expect(Object.isFrozen(all[0]) && Object.isFrozen(all[0].days)).toBe(true)
  })
})

test('a failure is that of all who wait, and is not kept', async () => {
  let runs = 0
  const value = cached({ name: 'value', ttlSeconds: 60 }, async () => {
    if (++runs === 1) throw new Error('not today')
    return runs
  })
  await app().run({ value }, async ({ value: get }) => {
    const outcomes = await Promise.allSettled([get(), get(), get()])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect([await get(), await get(), runs]).toEqual([2, 2, 2])
  })
})

test('values are invalidated by the tags of their call; undefined and what is not JSON are kept too', async () => {
  const runs = { undefined: 0, map: 0 }
  const nothing = cached(
    { name: 'nothing', ttlSeconds: 60, tags: (id: string) => [`thing:${id}`] },
    (_, id: string) => {
      runs.undefined += 1
      return id === '' ? id : undefined
    },
  )
  const map = cached({ name: 'map', ttlSeconds: 60 }, () => new Map([['runs', ++runs.map]]))
  await app().run({ nothing, map, invalidate }, async (context) => {
    for (const id of ['a', 'b', 'a', 'b']) expect(await context.nothing(id)).toBeUndefined()
    expect(await context.map()).toBe(await context.map())
    await context.invalidate('thing:a')
    for (const id of ['a', 'b']) await context.nothing(id)
    expect(runs).toEqual({ undefined: 3, map: 1 })
    expect(() => context.invalidate('two words')).toThrow(/without spaces/)
  })
})

test('a stale value is given while a new one is made, and stays where that fails', async () => {
  let runs = 0
  let fails = false
  const value = cached({ name: 'value', ttlSeconds: 0.001, staleSeconds: 60 }, async () => {
    runs += 1
    if (fails) throw new Error('not today')
    return runs
  })
  await app().run({ value }, async ({ value: get }) => {
    expect(await get()).toBe(1)
    fails = true
    await passed(2)
    expect([await get(), await get(), await get()]).toEqual([1, 1, 1])
    expect(runs).toBe(2)
  })
})

test('mistakes are told', async () => {
  expect(() => cached({ name: '', ttlSeconds: 1 }, () => 1)).toThrow(/needs a name/)
  expect(() => cached({ name: 'x', ttlSeconds: -1 }, () => 1)).toThrow(RangeError)
  const [one, other] = [cached({ name: 'x', ttlSeconds: 1 }, () => 1), cached({ name: 'x', ttlSeconds: 1 }, () => 2)]
  await expect(app().run({ one, other }, () => undefined)).rejects.toThrow(/Two cached\(\) values .* "x"/)
  const odd = cached({ name: 'odd', ttlSeconds: 1 }, (_, of: object) => of)
  await app().run({ odd }, async (context) => {
    await expect(async () => context.odd(new URL('http://a'))).rejects.toThrow(/no plain value/)
  })
})
