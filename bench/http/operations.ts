import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import {
  accountOf,
  AUDIENCE,
  findProduct,
  ISSUER,
  placeOrder,
  pricesOf,
  regionOf,
  SECRET,
  SECURITY_HEADERS,
  type NewOrder,
} from './domain.ts'

export type OperationName = 'get' | 'post' | 'auth'

/** One request as the load generators send it, and the answer it must get. */
export interface Operation {
  readonly name: OperationName
  readonly method: 'GET' | 'POST'
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly status: number
  readonly answer: unknown
}

const newOrder: NewOrder = {
  customer: 'Ada Lovelace',
  email: 'ada@example.com',
  sku: 'DSK-0042',
  quantity: 3,
  unitPrice: 349.5,
  currency: 'EUR',
  express: true,
  tags: ['office', 'gift'],
}

export function operations(): readonly Operation[] {
  const region = regionOf('us')
  const authorization = `Bearer ${signToken(SECRET)}`
  return [
    {
      name: 'get',
      method: 'GET',
      target: '/products/42',
      headers: {},
      body: undefined,
      status: 200,
      answer: findProduct(42),
    },
    {
      name: 'post',
      method: 'POST',
      target: '/orders',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(newOrder),
      status: 201,
      answer: placeOrder(newOrder),
    },
    {
      name: 'auth',
      method: 'GET',
      target: '/account?region=us',
      headers: { authorization },
      body: undefined,
      status: 200,
      answer: accountOf('user-1', region, pricesOf(region)),
    },
  ]
}

/** An HS256 token by hand, so that the harness needs none of the libraries it compares. */
function signToken(secret: Uint8Array): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const issuedAt = Math.floor(Date.now() / 1000)
  const payload = { iss: ISSUER, aud: AUDIENCE, sub: 'user-1', iat: issuedAt, nbf: issuedAt, exp: issuedAt + 3600 }
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** Asks a server what it must answer and what it must refuse: a fast wrong answer is not a result. */
export async function verifyAnswers(origin: string, expectHeaders: boolean): Promise<void> {
  for (const operation of operations()) {
    const response = await send(origin, operation)
    assert.equal(response.status, operation.status, `${operation.name}: status`)
    assert.deepEqual(await response.json(), operation.answer, `${operation.name}: body`)
    if (!expectHeaders) continue
    assert.ok(response.headers.get('x-request-id'), `${operation.name}: x-request-id is missing`)
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      assert.equal(response.headers.get(name), value, `${operation.name}: ${name}`)
    }
  }
  for (const { what, request, statuses } of refusals()) {
    const response = await send(origin, request)
    await response.body?.cancel()
    assert.ok(
      statuses.includes(response.status),
      `${what}: answered ${response.status}, expected ${statuses.join(' or ')}`,
    )
  }
}

interface Refusal {
  readonly what: string
  readonly request: Operation
  readonly statuses: readonly number[]
}

function refusals(): readonly Refusal[] {
  const [get, post, auth] = operations() as [Operation, Operation, Operation]
  const wrongBodies = [
    { ...newOrder, quantity: 0 },
    { ...newOrder, email: 'ada' },
    { ...newOrder, sku: 'desk' },
    { ...newOrder, currency: 'XYZ' },
    { ...newOrder, tags: [1] },
    { ...newOrder, customer: undefined },
  ]
  const otherSecret = new TextEncoder().encode('another-secret-of-more-than-thirty-two-bytes')
  return [
    ...wrongBodies.map((body) => ({
      what: 'invalid body',
      request: { ...post, body: JSON.stringify(body) },
      statuses: [400, 422],
    })),
    { what: 'broken JSON', request: { ...post, body: '{"customer":' }, statuses: [400, 422] },
    { what: 'a word for an id', request: { ...get, target: '/products/desk' }, statuses: [400, 404, 422] },
    { what: 'unknown path', request: { ...get, target: '/nothing' }, statuses: [404] },
    { what: 'no token', request: { ...auth, headers: {} }, statuses: [401] },
    {
      what: 'forged token',
      request: { ...auth, headers: { authorization: `Bearer ${signToken(otherSecret)}` } },
      statuses: [401],
    },
    { what: 'unknown region', request: { ...auth, target: '/account?region=moon' }, statuses: [400, 422] },
  ]
}

function send(origin: string, { method, target, headers, body }: Operation): Promise<Response> {
  return fetch(origin + target, { method, headers, body: body ?? null })
}
