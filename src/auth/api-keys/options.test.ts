import { expect, test } from 'vitest'
import type { AccountsCore } from '../core/accounts-core.ts'
import { keyParts } from './options.ts'

const core = {} as AccountsCore

test('a user may have 50 keys, which hold for ever, with the scopes read and write', () => {
  const parts = keyParts(core, {})
  expect(parts).toMatchObject({ maxPerUser: 50, defaultExpiresInDays: null })
  expect(Object.keys(parts.scopes)).toEqual(['read', 'write'])
  expect(keyParts(core, { maxExpiresInDays: 90 })).toMatchObject({ defaultExpiresInDays: 90 })
})

test.each([
  [{ scopes: { '*': 'All' } }, 'is no scope'],
  [{ scopes: { 'posts:*': 'Posts' } }, 'is no scope'],
  [{ scopes: { 'a b': 'A' } }, 'is no scope'],
  [{ scopes: { '': 'A' } }, 'is no scope'],
  [{ maxPerUser: 0 }, 'apiKeys({ maxPerUser })'],
  [{ maxExpiresInDays: 1.5 }, 'apiKeys({ maxExpiresInDays })'],
  [{ defaultExpiresInDays: 30, maxExpiresInDays: 7 }, 'more than maxExpiresInDays'],
])('what cannot be is refused where it is declared: %j', (options, message) => {
  expect(() => keyParts(core, options)).toThrow(message)
})
