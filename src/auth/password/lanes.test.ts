import { expect, test } from 'vitest'
import { Unavailable } from '../../core/errors/index.ts'
import { createLanes } from './lanes.ts'

test('no more run at once than there are lanes, all in order, and what cannot wait is turned away', async () => {
  const lanes = createLanes(2, 3)
  const started: number[] = []
  let running = 0
  let most = 0
  const work = (index: number) => async (): Promise<number> => {
    started.push(index)
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    return index
  }
  const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((index) => lanes.run(work(index))))
  expect(most).toBe(2)
  expect(started).toEqual([0, 1, 2, 3, 4])
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'turned away'))).toEqual([
    0,
    1,
    2,
    3,
    4,
    'turned away',
  ])
  expect(results[5]).toMatchObject({ reason: expect.any(Unavailable) as unknown })
  expect(await lanes.run(work(6))).toBe(6)
})

test('work that fails gives its lane back', async () => {
  const lanes = createLanes(1, 1)
  await expect(lanes.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await lanes.run(() => Promise.resolve(1))).toBe(1)
})
