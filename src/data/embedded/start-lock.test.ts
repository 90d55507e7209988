import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { withStartLock } from './start-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'ashlar-lock-'))
const path = join(folder, 'start.lock')
afterAll(() => rmSync(folder, { recursive: true }))

test('one at a time holds the lock', async () => {
  let inside = 0
  let most = 0
  const work = async (): Promise<void> => {
    inside += 1
    most = Math.max(most, inside)
    await turn()
    inside -= 1
  }
  await Promise.all(Array.from({ length: 10 }, () => withStartLock(path, work)))
  expect(most).toBe(1)
})

test('the lock is given back when the work fails', async () => {
  await expect(withStartLock(path, () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk')
  expect(existsSync(path)).toBe(false)
})

test('a lock whose holder has died is taken over', async () => {
  writeFileSync(path, '4194305 1')
  expect(await withStartLock(path, () => Promise.resolve('mine'))).toBe('mine')
})

test.runIf(process.platform === 'linux')(
  'a lock whose holder has died is taken over, although its process id is in use again',
  async () => {
    writeFileSync(path, `${process.pid} 1`)
    expect(await withStartLock(path, () => Promise.resolve('mine'))).toBe('mine')
  },
)

test('nothing is left behind', () => {
  expect(readdirSync(folder)).toEqual([])
})
