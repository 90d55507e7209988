import { expect, test } from 'vitest'
import { base32 } from './base32.ts'
import { newRecoveryCodes, recoveryHash } from './recovery-codes.ts'
import { matchingStep, newTotpSecret, totpCode, totpStep, totpUri } from './totp.ts'

const SECRET = Buffer.from('12345678901234567890')

test.each([
  [0, '755224'],
  [1, '287082'],
  [2, '359152'],
  [3, '969429'],
  [4, '338314'],
  [5, '254676'],
  [6, '287922'],
  [7, '162583'],
  [8, '399871'],
  [9, '520489'],
])('the code of counter %i is that of RFC 4226, appendix D', (counter, code) => {
  expect(totpCode(SECRET, counter)).toBe(code)
})

test.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('the code of second %i is that of RFC 6238, appendix B', (seconds, code) => {
  expect(totpCode(SECRET, totpStep(seconds * 1000), 8)).toBe(code)
})

test('codes of the step before and the step after are taken, and none that are further away or used', () => {
  const now = 1_000_000 * 30_000
  const accepted = (step: number, after = 0) => matchingStep(SECRET, totpCode(SECRET, step), { now, after })
  expect([-2, -1, 0, 1, 2].map((distance) => accepted(1_000_000 + distance))).toEqual([
    undefined,
    999_999,
    1_000_000,
    1_000_001,
    undefined,
  ])
  expect(accepted(1_000_000, 1_000_000)).toBeUndefined()
  expect(accepted(999_999, 1_000_000)).toBeUndefined()
  expect(accepted(1_000_001, 1_000_000)).toBe(1_000_001)
  for (const code of ['', '1', '0000000', 'abcdef'])
    expect(matchingStep(SECRET, code, { now, after: 0 })).toBeUndefined()
})

test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('base32 of %j is that of RFC 4648, section 10', (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded)
})

test('the URI carries what authenticator apps need, whatever the names are', () => {
  const uri = new URL(totpUri(SECRET, { issuer: 'A & B: "C"', account: 'ada+x@example.com' }))
  expect(uri.href).toMatch(/^otpauth:\/\/totp\/A%20%26%20B%3A%20%22C%22:ada%2Bx%40example\.com\?/)
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    issuer: 'A & B: "C"',
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  })
  expect(newTotpSecret()).toHaveLength(20)
})

test('ten recovery codes of 80 bits, known however they are typed, and each user their own', () => {
  const codes = newRecoveryCodes()
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}$/)
  const hash = recoveryHash('ada', '01ab-cdef-ghjk-mnpq')
  expect(recoveryHash('ada', ' OIAB CDEF ghjk mnpq ')).toBe(hash)
  expect(recoveryHash('bob', '01ab-cdef-ghjk-mnpq')).not.toBe(hash)
})
