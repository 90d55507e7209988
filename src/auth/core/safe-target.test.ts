import { describe, expect, test } from 'vitest'
import { safeTarget } from './safe-target.ts'

const ORIGINS = ['https://app.example.com', 'https://www.example.com'] as const
const hrefOf = (target: string): string | undefined => safeTarget(target, ORIGINS)?.href

describe('a browser is sent to the app and to origins it trusts (GA15)', () => {
  test.each([
    ['/', 'https://app.example.com/'],
    ['/inbox?a=1&b=%2F%2Fevil.example#part', 'https://app.example.com/inbox?a=1&b=%2F%2Fevil.example#part'],
    ['/%09/evil.example', 'https://app.example.com/%09/evil.example'],
    ['/.//evil.example', 'https://app.example.com//evil.example'],
    ['/@evil.example', 'https://app.example.com/@evil.example'],
    ['/a/https://evil.example', 'https://app.example.com/a/https://evil.example'],
    ['https://app.example.com', 'https://app.example.com/'],
    ['https://app.example.com:443/x', 'https://app.example.com/x'],
    ['https://www.example.com/x', 'https://www.example.com/x'],
  ])('%j', (target, href) => {
    expect(hrefOf(target)).toBe(href)
  })
})

describe('and nowhere else', () => {
  test.each([
    '',
    'inbox',
    '?a=1',
    '#part',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '\t//evil.example',
    '/\n/evil.example',
    ' /inbox',
    ' https://app.example.com',
    'https:evil.example',
    'https:/evil.example',
    'https:app.example.com',
    'https:///evil.example',
    'https:\\\\evil.example',
    'HTTPS:evil.example',
    'https://evil.example',
    'https://evil.example/https://app.example.com',
    'https://evil.example#https://app.example.com',
    'https://app.example.com@evil.example',
    'https://app.example.com:443@evil.example',
    'https://@app.example.com',
    'https://user@app.example.com',
    'https://user:pass@app.example.com/',
    'https://app.example.com\\@evil.example',
    'https://app.example.com%2eevil.example',
    'https://app.example.com.evil.example',
    'https://app.example.com.',
    'https://evil.app.example.com',
    'https://app.example.com:8443',
    'http://app.example.com',
    'https://xn--pp-7kc.example.com',
    'https://аpp.example.com',
    'https://app．example．com',
    'https://app.example.com。evil.example',
    '/ünïcode',
    'javascript:alert(1)',
    'javascript://app.example.com/%0aalert(1)',
    'data:text/html,x',
    'com.example.app:/callback',
    `/${'a'.repeat(2000)}`,
  ])('%j', (target) => {
    expect(hrefOf(target)).toBeUndefined()
  })
})
