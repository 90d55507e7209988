import { expect, test } from 'vitest'
import type { Principal } from '../../core/access/index.ts'
import { canonical } from './canonical.ts'
import { fingerprintOf, idOf } from './fingerprint.ts'

test('equal values have one text, whatever the order of their members, and others have another', () => {
  expect(canonical({ b: [1, { d: null, c: undefined }], a: 'x' })).toBe(canonical({ a: 'x', b: [1, { d: null }] }))
  const values = [
    1,
    '1',
    1n,
    true,
    'true',
    null,
    'null',
    undefined,
    [],
    {},
    [[]],
    [null],
    { a: 1 },
    { a: '1' },
    ['a', 1],
  ]
  const more = [new Date(0), 0, new Uint8Array([0]), 'AA==', '{"a":1}']
  expect(new Set([...values, ...more].map(canonical)).size).toBe(values.length + more.length)
})

test('a key is of its operation, its caller and the organisation the caller acts for', () => {
  const of = (user: object | undefined, operation = 'POST /orders', key = 'k') =>
    idOf({ user: user as Principal | undefined, caller: undefined }, { operation, key }).toString('hex')
  const all = [
    of(undefined),
    of({ id: 1 }),
    of({ id: '1' }),
    of({ id: 1, organisation: { id: 'a' } }),
    of({ id: 1, organisation: { id: 'b' } }),
    of({ id: 1 }, 'POST /other'),
    of({ id: 1 }, 'POST /orders', 'l'),
  ]
  expect(new Set(all).size).toBe(all.length)
  expect(of({ id: 1, roles: ['a'] })).toBe(of({ id: 1, roles: ['b'] }))
})

test('what differs between attempts is no part of the payload; other declared headers and cookies are', () => {
  const of = (inputs: object, search = '') =>
    fingerprintOf({ call: { head: { path: '/a', search } }, inputs: [undefined, inputs], sent: {} } as never).toString(
      'hex',
    )
  expect(of({ headers: { traceparent: '1', xRequestId: '2' } })).toBe(of({ headers: { traceparent: '3' } }))
  expect(of({ headers: { xTenant: '1' } })).not.toBe(of({ headers: { xTenant: '2' } }))
  expect(of({ cookies: { cart: '1' } })).not.toBe(of({ cookies: { cart: '2' } }))
  expect(of({}, 'a=1&b=2')).toBe(of({}, 'b=2&a=1'))
  expect(of({}, 'a=1')).not.toBe(of({}, 'a=2'))
})
