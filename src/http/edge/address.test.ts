import { describe, expect, it } from 'vitest'
import { canonicalAddress } from './address.ts'

describe('an IP address', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['::FFFF:10.0.0.1', '10.0.0.1'],
    ['::ffff:7f00:1', '127.0.0.1'],
    ['0:0:0:0:0:ffff:192.0.2.255', '192.0.2.255'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s is %s', (raw, canonical) => {
    expect(canonicalAddress(raw)).toBe(canonical)
  })

  it.each([
    '',
    'localhost',
    '127.1',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.4.5',
    '256.0.0.1',
    '1.2.3.4:80',
    '[::1]',
    '::1::',
    ' ::1',
    '::ffff:1.2.3',
  ])('%j is none', (raw) => {
    expect(canonicalAddress(raw)).toBe(undefined)
  })
})
