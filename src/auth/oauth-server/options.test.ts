import { describe, expect, test } from 'vitest'
import type { AccountsCore } from '../core/accounts-core.ts'
import type { AccountsOptions } from '../core/options.ts'
import { serverParts, type AuthorizationServerOptions } from './options.ts'

/** As much of accounts as is looked at before anything runs. */
function parts(options: Partial<AuthorizationServerOptions>, accounts: Partial<AccountsOptions> = {}) {
  const core = { origin: 'https://app.example.com', options: accounts } as AccountsCore
  return serverParts(core, { tables: {} as never, scopes: { read: 'Read' }, ...options })
}

describe('a mistake in the options is an error before anything runs', () => {
  test.each<[Partial<AuthorizationServerOptions>, string]>([
    [{ scopes: {} }, 'there is none'],
    [{ scopes: { 'two words': '' } }, 'is no scope'],
    [{ scopes: { '*': '' } }, 'not for other apps'],
    [{ prefix: 'api' }, 'write a path'],
    [{ prefix: '/api/' }, 'write a path'],
    [{ prefix: '//evil.example' }, 'write a path'],
    [{ logInPage: 'javascript:alert(1)' }, 'write a path'],
    [{ logInPage: '//evil.example' }, 'write a path'],
    [{ consentPage: '/\\evil.example' }, 'write a path'],
  ])('%j', (options, message) => {
    expect(() => parts(options)).toThrow(message)
  })

  test.each(['blog', 'https://app.example.com?x', 'mailto:a@example.com'])('the issuer %s', (issuer) => {
    expect(() => parts({}, { tokens: { issuer } })).toThrow('is a URL')
  })
})

test('pages stand below the origin, or where their URL says', () => {
  expect(parts({}).logInPage.href).toBe('https://app.example.com/login')
  expect(parts({ consentPage: 'https://front.example.com/consent' }).consentPage?.href).toBe(
    'https://front.example.com/consent',
  )
  expect(parts({ prefix: '/api/v1' }).base).toBe('https://app.example.com/api/v1/oauth')
})
