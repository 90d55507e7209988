import { pgTable } from 'drizzle-orm/pg-core'
import { describe, expect, test } from 'vitest'
import { database } from '../../data/database.ts'
import { accounts } from '../accounts/accounts.ts'
import { accountTables } from '../tables/account-tables.ts'
import { userColumns } from '../tables/user-columns.ts'
import { externalProviders } from './external-providers.ts'
import type { ExternalProvider, ExternalProvidersOptions } from './options.ts'

const users = pgTable('users', userColumns())
const tables = accountTables(users)
const auth = accounts({
  database: database({ schema: { users, ...tables } }),
  users,
  tables,
  origin: 'https://app.example.com',
  sessions: { trustedOrigins: ['https://www.example.com'] },
})

const made =
  (provider: Partial<ExternalProvider>, options: ExternalProvidersOptions = {}, name = 'one') =>
  () =>
    externalProviders(auth, { [name]: { issuer: 'https://one.example', clientId: 'app', ...provider } }, options)

describe('what cannot be is said when the app is declared', () => {
  test.each([
    'http://one.example',
    'http://127.0.0.1.evil.example',
    'one.example',
    'https://one.example?x',
    'https://one.example#x',
    'https://user@one.example',
    'https://one.example/.well-known/openid-configuration',
    'ftp://one.example',
    '',
  ])('an issuer %j', (issuer) => {
    expect(made({ issuer })).toThrow('externalProviders(): one: { issuer }')
  })

  test.each(['One', '', 'a/b', 'identities', '1', 'a'.repeat(33)])('a name %j', (name) => {
    expect(made({}, {}, name)).toThrow("a provider's name is part of its URL")
  })

  test.each([
    [{ prefix: 'api' }, 'prefix'],
    [{ prefix: '/api/' }, 'prefix'],
    [{ logInPage: 'https://evil.example/login' }, 'logInPage'],
    [{ logInPage: '//evil.example' }, 'logInPage'],
    [{ returnTo: ['myapp://callback'] }, 'returnTo'],
    [{ returnTo: ['http://app.example.com/callback'] }, 'returnTo'],
    [{ timeoutSeconds: 0 }, 'timeoutSeconds'],
    [{ timeoutSeconds: Number.NaN }, 'timeoutSeconds'],
  ] as const)('options %j', (options, name) => {
    expect(made({}, options)).toThrow(name)
  })

  test('no provider, and no client', () => {
    expect(() => externalProviders(auth, {})).toThrow('name at least one provider')
    expect(made({ clientId: '' })).toThrow('{ clientId } is empty')
  })

  test('what can be is not', () => {
    expect(made({ issuer: 'http://localhost:3000/realm' })).not.toThrow()
    const options = { prefix: '/api/v1', logInPage: 'https://www.example.com/login', returnTo: ['com.example.app:/x'] }
    expect(made({}, options)).not.toThrow()
  })
})

test('operations can be replaced and taken away', () => {
  const api = made({})().without('unlink', 'link')
  expect(Object.keys(api.children)).toEqual(['start', 'callback', 'exchange', 'identities'])
})
