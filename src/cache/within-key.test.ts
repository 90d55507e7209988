import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { anyone, authenticated } from '../core/access/index.ts'
import type { Operation } from '../core/operation.ts'
import { route } from '../core/route.ts'
import { asking } from './asked.fixture.ts'
import { cache } from './cache.ts'

const open = { access: anyone, cache: cache({ ttlSeconds: 60 }), response: z.array(z.string()) }
describe('an answer is kept where what was read', () => {
  const runsOf = async (
    read: (count: () => string) => Operation,
    asks: readonly (readonly [path: string, headers?: Record<string, string>])[],
  ): Promise<number> => {
    let runs = 0
    const { ask, warned } = await asking(read(() => String(++runs)))
    for (const [path, headers] of asks) await ask(path, headers)
    expect(warned).toEqual([])
    return runs
  }

  test('is named by vary', async () => {
    const runs = await runsOf(
      (count) =>
        route.get('/', { ...open, cache: cache({ ttlSeconds: 60, vary: ['X-Team', 'cookie'] }) }, ({ request }) => [
          request.header('x-team') ?? '',
          request.cookie('theme') ?? '',
          count(),
        ]),
      [['/'], ['/', { 'x-team': 'a' }], ['/', { 'x-team': 'a' }], ['/', { cookie: 'theme=b' }], ['/']],
    )
    expect(runs).toBe(3)
  })

  test('is declared, and the same as it was sent', async () => {
    const runs = await runsOf(
      (count) =>
        route.get(
          '/',
          {
            ...open,
            query: z.object({ page: z.coerce.number().optional(), tag: z.array(z.string()).optional() }),
            headers: z.object({ 'x-team': z.string().optional() }),
            cookies: z.object({ theme: z.string().optional() }),
          },
          ({ request }) => [
            ...request.queryValues('page'),
            ...request.queryValues('tag'),
            request.header('x-team') ?? '',
            request.cookie('theme') ?? '',
            count(),
          ],
        ),
      [['/'], ['/?page=2&tag=a&tag=b'], ['/?page=2&tag=a&tag=b&other=1'], ['/', { 'x-team': 'a' }], ['/']],
    )
    expect(runs).toBe(3)
  })

  test('names the request, or the caller whose answer it is', async () => {
    const runs = await runsOf(
      (count) =>
        route.get('/', { ...open, access: authenticated }, ({ request, user }) => [
          request.id,
          request.method,
          request.host + request.path,
          String(user.id),
          count(),
        ]),
      [
        ['/', { authorization: 'alice' }],
        ['/', { authorization: 'alice' }],
        ['/', { authorization: 'bob' }],
      ],
    )
    expect(runs).toBe(2)
  })
})
