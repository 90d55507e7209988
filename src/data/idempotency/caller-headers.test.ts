import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessFor, type Authenticator } from '../../core/access/index.ts'
import { currentResponse } from '../../core/builtin.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { dependency } from '../../core/dependency.ts'
import { orders, openOrders, type Orders } from './orders.fixture.ts'

let all: Orders
beforeAll(async () => {
  all = await openOrders()
})
afterAll(() => all[Symbol.asyncDispose]())

interface Out {
  header(name: string, value: string): void
  cookie(name: string, value: string): void
}

test('what finding out who calls has set is of each request, and of a replay too; what its handler had set is the first one’s', async () => {
  let turn = 0
  const sliding: Authenticator = {
    kind: 'authenticator',
    name: 'sliding',
    scheme: { type: 'http', scheme: 'bearer' },
    challenge: 'Bearer',
    uses: { out: currentResponse },
    authenticate: (_, uses) => {
      const { out } = uses as { readonly out: Out }
      turn += 1
      out.header('x-turn', String(turn))
      out.cookie('session', String(turn))
      return { id: 1 }
    },
  }
  const tries = dependency({ uses: { out: currentResponse } }, ({ out }) => {
    out.cookie('undone', 'yes')
  })
  const place = route.post(
    '/slide',
    {
      access: accessFor(sliding).authenticated,
      idempotent: true,
      uses: { tx: all.db.transaction, tries },
      status: 201,
    },
    async ({ tx, response }) => {
      response.header('x-placed', 'yes')
      await tx.insert(orders).values({ product: 'kite' })
      return undefined
    },
  )
  await using app = await all.serve(router('/', { place }), { auth: [sliding] })
  const key = randomUUID()
  const first = await app.post('/slide', { key })
  const second = await app.post('/slide', { key })
  const told = (answer: Response): unknown => ({
    status: answer.status,
    turn: answer.headers.get('x-turn'),
    placed: answer.headers.get('x-placed'),
    cookies: answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]),
  })
  expect(told(first)).toEqual({ status: 201, turn: '1', placed: 'yes', cookies: ['session=1', 'undone=yes'] })
  expect(told(second)).toEqual({ status: 201, turn: '2', placed: 'yes', cookies: ['session=2'] })
})
