import { afterEach, expect, test, vi } from 'vitest'
import { Keeper, type Wanted } from './keeper.ts'

const wanted: Wanted<string> = {
  key: 'k',
  tags: [],
  ttlMs: 60_000,
  staleMs: 0,
  bytesOf: (value) => value.length,
  form: undefined,
}

afterEach(() => void vi.useRealTimers())

test('one that never ends is waited for no longer than so long, and those who come later do not wait at all', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const keeper = new Keeper(undefined)
  const hangs = (): Promise<never> => new Promise(() => undefined)
  void keeper.obtain(wanted, hangs)
  let made = 0
  const make = (): Promise<string> => Promise.resolve(`value ${(made += 1)}`)
  const joined = [keeper.obtain(wanted, make), keeper.obtain(wanted, make)]
  await vi.advanceTimersByTimeAsync(9_000)
  expect(made).toBe(0)
  await vi.advanceTimersByTimeAsync(2_000)
  expect((await Promise.all(joined)).map((entry) => entry?.value)).toEqual(['value 1', 'value 1'])
  expect(keeper.peek(wanted.key, performance.now())?.value).toBe('value 1')
})

test('what is made anew and never ends keeps nobody from trying again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const keeper = new Keeper(undefined)
  void keeper.renew(wanted, () => new Promise(() => undefined))
  await vi.advanceTimersByTimeAsync(11_000)
  await keeper.renew(wanted, () => Promise.resolve('new'))
  expect(keeper.peek(wanted.key, performance.now())?.value).toBe('new')
  expect(vi.getTimerCount()).toBe(0)
})
