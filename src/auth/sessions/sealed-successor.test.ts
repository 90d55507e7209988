import { expect, test } from 'vitest'
import { newSecret, secretHash } from '../core/secrets.ts'
import { openSuccessor, sealSuccessor } from './sealed-successor.ts'

test('a successor is opened with the token it was sealed with, and with nothing else', () => {
  const [spent, other, successor] = [newSecret(), newSecret(), newSecret()]
  const sealed = sealSuccessor(spent, successor)
  expect(openSuccessor(spent, sealed)).toBe(successor)
  for (const key of [other, secretHash(spent), sealed, '']) expect(() => openSuccessor(key, sealed)).toThrow()
})

test('a seal that was changed or cut is refused, and no two are alike', () => {
  const [spent, successor] = [newSecret(), newSecret()]
  const sealed = sealSuccessor(spent, successor)
  expect(sealSuccessor(spent, successor)).not.toBe(sealed)
  const bytes = Buffer.from(sealed, 'base64url')
  for (const at of bytes.keys()) {
    const changed = Buffer.from(bytes)
    changed[at]! ^= 1
    expect(() => openSuccessor(spent, changed.toString('base64url'))).toThrow()
    expect(() => openSuccessor(spent, bytes.subarray(0, at).toString('base64url'))).toThrow()
  }
})
