import { expect, test, vi } from 'vitest'
import { Batches } from './batches.ts'

const upper = (keys: readonly string[]): Map<string, string> => new Map(keys.map((key) => [key, key.toUpperCase()]))

test('keys asked for at about the same time are one call, each once and in order', async () => {
  const batch = vi.fn(upper)
  const loader = new Batches(batch, 100)
  const chained = async (key: string): Promise<string | undefined> => {
    await Promise.resolve()
    return loader.load(key)
  }
  expect(await Promise.all([loader.load('a'), chained('b'), loader.load('a'), loader.loadMany(['c', 'd'])])).toEqual([
    'A',
    'B',
    'A',
    ['C', 'D'],
  ])
  expect(batch.mock.calls).toEqual([[['a', 'c', 'd', 'b']]])
})

test('a value is got once, and again once it is forgotten', async () => {
  const batch = vi.fn(upper)
  const loader = new Batches(batch, 100)
  await loader.load('a')
  await loader.load('a')
  expect(batch).toHaveBeenCalledTimes(1)
  loader.clear('a')
  await loader.load('a')
  loader.clear()
  await loader.load('a')
  expect(batch).toHaveBeenCalledTimes(3)
})

test('what was come by otherwise is not asked for, and does not replace what is there', async () => {
  const batch = vi.fn(upper)
  const loader = new Batches(batch, 100)
  loader.prime('a', 'mine')
  loader.prime('a', 'other')
  expect(await loader.load('a')).toBe('mine')
  expect(batch).not.toHaveBeenCalled()
})

test('a key without a value is undefined, and one with an error is rejected alone', async () => {
  const loader = new Batches<string, string>(
    () =>
      new Map<string, string | Error>([
        ['a', 'A'],
        ['c', new Error('no c')],
      ]),
    100,
  )
  const [a, b, c] = await Promise.allSettled([loader.load('a'), loader.load('b'), loader.load('c')])
  expect([a, b]).toMatchObject([{ value: 'A' }, { value: undefined }])
  expect(c).toMatchObject({ status: 'rejected', reason: new Error('no c') })
})

test('a call that fails rejects its keys, which may be asked for again', async () => {
  const batch = vi.fn(upper).mockImplementationOnce(() => {
    throw new Error('down')
  })
  const loader = new Batches(batch, 100)
  await expect(loader.loadMany(['a', 'b'])).rejects.toThrow('down')
  expect(await loader.load('a')).toBe('A')
})

test('more keys than fit into one call are several', async () => {
  const batch = vi.fn(upper)
  await new Batches(batch, 2).loadMany(['a', 'b', 'c', 'd', 'e'])
  expect(batch.mock.calls.map(([keys]) => keys.length)).toEqual([2, 2, 1])
})

test('anything but a Map is refused with what to write', async () => {
  const rows = [{ id: 'a' }] as unknown as Map<string, string>
  await expect(new Batches(() => rows, 10).load('a')).rejects.toThrow('new Map(rows.map((row) => [row.id, row]))')
})
