import { expect, test } from 'vitest'
import type { AccountsOptions } from '../core/options.ts'
import { mailLinks } from './links.ts'

const origin = 'https://app.example.com'
const linksOf = (links: AccountsOptions['links'] = {}) =>
  mailLinks({ origin, options: { links } as unknown as AccountsOptions })

test('a link stands below the origin, and its token is encoded', () => {
  const token = "a+b/c=&d#e$&$'"
  const link = linksOf()('reset-password', token)!
  expect(link.startsWith('https://app.example.com/reset-password?token=')).toBe(true)
  expect(new URL(link).searchParams.get('token')).toBe(token)
  expect(new URL(link).hash).toBe('')
})

test('messages that only tell something have a link where one is named', () => {
  expect(linksOf()('password-changed', undefined)).toBeUndefined()
  expect(linksOf({ 'password-changed': '/account' })('password-changed', undefined)).toBe(
    'https://app.example.com/account',
  )
})

test('a link may lead to an origin of its own, and may have the token in its fragment', () => {
  const links = linksOf({ 'verify-email': 'https://www.example.com/confirm#{token}' })
  expect(links('verify-email', 'x')).toBe('https://www.example.com/confirm#x')
})

test.each([
  '//evil.example/{token}',
  'https:evil/{token}',
  '/\\evil.example/{token}',
  'https:evil/{token}\t',
  '\t//evil.example/{token}',
  'javascript:alert("{token}")',
  'https://user:pw@evil.example/{token}',
  'https://{token}.evil.example/',
  'app.example.com/{token}',
  '/a\n{token}',
  '',
])('%j is none', (link) => {
  expect(() => linksOf({ 'reset-password': link })).toThrow(TypeError)
})

test('a link that needs its token has a place for it', () => {
  expect(() => linksOf({ 'reset-password': '/reset' })).toThrow(/has no \{token\}/)
})
