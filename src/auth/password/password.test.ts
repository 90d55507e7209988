import { expect, test } from 'vitest'
import { hashPassword, needsRehash, verifyPassword } from './password.ts'

test('a hash is Argon2id in PHC form at the recommended cost, salted anew each time', async () => {
  const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(one).not.toBe(two)
  expect(await verifyPassword('correct horse', one)).toBe(true)
  expect(await verifyPassword('correct hors', one)).toBe(false)
  expect(await verifyPassword('', one)).toBe(false)
})

test('hashes of other Argon2 libraries are understood', async () => {
  // From the reference implementation's own test vectors.
  const stored = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  expect(await verifyPassword('password', stored)).toBe(true)
  expect(await verifyPassword('Password', stored)).toBe(false)
})

test('a long password counts whole, and Unicode forms of one text are one password', async () => {
  const long = await hashPassword('x'.repeat(72) + 'a')
  expect(await verifyPassword('x'.repeat(72) + 'b', long)).toBe(false)
  expect(await verifyPassword('cafe\u0301', await hashPassword('caf\u00e9'))).toBe(true)
})

test('an unknown account is not verified', async () => {
  expect(await verifyPassword('anything', undefined)).toBe(false)
  expect(await verifyPassword('anything', null)).toBe(false)
})

test('a hash of a lower cost is to be made anew', async () => {
  expect(needsRehash(await hashPassword('x'))).toBe(false)
  const hash = 'A'.repeat(43)
  expect(needsRehash(`$argon2id$v=19$m=4096,t=2,p=1$${'A'.repeat(22)}$${hash}`)).toBe(true)
  expect(needsRehash(`$argon2id$v=19$m=19456,t=1,p=1$${'A'.repeat(22)}$${hash}`)).toBe(true)
  expect(needsRehash(`$argon2id$v=19$m=65536,t=3,p=4$${'A'.repeat(22)}$${hash}`)).toBe(false)
})

test.for([
  '',
  'plain text',
  '$2b$10$abcdefghijklmnopqrstuv',
  '$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$',
])('what is no Argon2id hash is an error that does not quote it: %s', async (stored) => {
  const error = await verifyPassword('x', stored).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(TypeError)
  expect((error as TypeError).message).not.toContain(stored === '' ? '\u0000' : stored)
})
