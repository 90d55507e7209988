import { expect, test } from 'vitest'
import { GROUP_MAX, GroupSize } from './group-size.ts'

function grown(): GroupSize {
  const size = new GroupSize()
  for (let groups = 0; groups < 100; groups += 1) size.saved(size.most, 1)
  return size
}

test('a group grows with each full one that is saved, up to the most', () => {
  const size = new GroupSize()
  const first = size.most
  size.saved(first - 1, 1)
  expect(size.most).toBe(first)
  size.saved(first, 1)
  expect(size.most).toBeGreaterThan(first)
  expect(grown().most).toBe(GROUP_MAX)
})

test('a slow commit is no reason to save fewer with one', () => {
  const size = grown()
  size.saved(2, 10)
  size.saved(GROUP_MAX, 40)
  expect(size.most).toBe(GROUP_MAX)
})

test('a group that was slow or failed halves it', () => {
  const size = grown()
  size.saved(4, 400)
  expect(size.most).toBe(GROUP_MAX / 2)
  size.failed()
  expect(size.most).toBe(GROUP_MAX / 4)
})

test('what fails always runs alone, and is tried again now and then', () => {
  const size = new GroupSize()
  const runs = Array.from({ length: 1000 }, () => {
    if (!size.admits()) return 'alone'
    size.failed()
    return 'grouped'
  })
  const grouped = runs.filter((each) => each === 'grouped').length
  expect(grouped).toBeGreaterThan(10)
  expect(grouped).toBeLessThan(30)
})
