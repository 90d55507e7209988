import { router } from 'ashlar'
import { expect, expectTypeOf, test } from 'vitest'
import type { Client } from '../../client/index.ts'
import { accountsBase } from '../core/base.ts'
import { makeCore } from '../core/make-core.ts'
import { authTables, users } from '../accounts.fixture.ts'
import { database } from '../../data/database.ts'
import { secondFactors } from './second-factors.ts'

const accountsAt = (origin: string) =>
  makeCore(
    accountsBase({ database: database({ schema: { users, ...authTables } }), users, tables: authTables, origin }),
  )

const auth = accountsAt('https://app.example.com')

test.each([
  [{ rpId: '127.0.0.1' }, 'rpId'],
  [{ rpId: '[::1]' }, 'rpId'],
  [{ rpId: 'https://example.com' }, 'rpId'],
  [{ rpId: 'Example.com' }, 'rpId'],
  [{ rpId: 'other.example' }, 'origins'],
  [{ rpId: 'pp.example.com' }, 'origins'],
  [{ origins: [] }, 'origins'],
  [{ origins: ['http://app.example.com'] }, 'origins'],
  [{ origins: ['https://app.example.com/'] }, 'origins'],
  [{ origins: ['https://app.example.com', 'https://evil.example'] }, 'origins'],
  [{ origins: ['https://app.example.com.evil.example'] }, 'origins'],
])('what browsers would refuse is refused where it is declared: %j', (passkeys, name) => {
  expect(() => secondFactors(auth, { passkeys })).toThrow(`secondFactors({ passkeys: { ${name} } })`)
})

test('a domain serves its subdomains; localhost needs no https', () => {
  const origins = ['https://app.example.com', 'https://example.com', 'https://admin.example.com:8443']
  expect(() => secondFactors(auth, { passkeys: { rpId: 'example.com', origins } })).not.toThrow()
  expect(() => secondFactors(accountsAt('http://localhost:3000'), { passkeys: {} })).not.toThrow()
  expect(() => secondFactors(accountsAt('http://127.0.0.1:3000'), { passkeys: {} })).toThrow('rpId')
})

test('there are the operations of the factors that were asked for, in the types as well', () => {
  const names = (given: object): string[] => Object.keys(given).toSorted()
  const common = ['list', 'logIn', 'reauthenticate', 'reset']
  const usual = secondFactors(auth)
  expect(names(usual.children)).toEqual([...common, 'recoveryCodes', 'totp'].toSorted())
  expectTypeOf<keyof typeof usual.children>().toEqualTypeOf<
    'list' | 'reset' | 'totp' | 'recoveryCodes' | 'logIn' | 'reauthenticate'
  >()
  const passkeys = secondFactors(auth, { totp: false, recoveryCodes: false, passkeys: {} })
  expect(names(passkeys.children)).toEqual(['list', 'passkeyLogIn', 'passkeyReauthentication', 'passkeys', 'reset'])
  expectTypeOf<keyof typeof passkeys.children>().toEqualTypeOf<
    'list' | 'reset' | 'passkeys' | 'passkeyLogIn' | 'passkeyReauthentication'
  >()
  expect(() => secondFactors(auth, { totp: false })).toThrow('no factor left')
  const api = router('', { factors: usual })
  type Begun = Awaited<ReturnType<Client<typeof api>['factors']['totp']['begin']>>
  expectTypeOf<Begun>().toEqualTypeOf<{ secret: string; uri: string }>()
})
