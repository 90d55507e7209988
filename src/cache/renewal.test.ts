import { expect, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../app/create-app.ts'
import { accessFor, type Authenticator } from '../core/access/index.ts'
import { currentResponse } from '../core/builtin.ts'
import { dependency } from '../core/dependency.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { cache } from './cache.ts'
import { passed } from './passed.fixture.ts'

interface Out {
  header(name: string, value: string): void
  cookie(name: string, value: string): void
}

test('what is made anew for others has nothing of the one for whom it was made', async () => {
  const callers: Authenticator = {
    kind: 'authenticator',
    name: 'caller',
    scheme: { type: 'http', scheme: 'bearer' },
    challenge: 'Bearer',
    uses: { out: currentResponse },
    authenticate: (head, uses) => {
      const name = head.header('authorization') ?? ''
      const { out } = uses as { readonly out: Out }
      out.header('x-caller', name)
      out.cookie('session', name)
      return { id: name }
    },
  }
  let runs = 0
  let renewed = Promise.withResolvers<void>()
  const told = dependency({ until: 'sent' }, function* () {
    yield 1
    renewed.resolve()
  })
  const shared = route.get(
    '/',
    {
      access: accessFor(callers).authenticated,
      cache: cache({ ttlSeconds: 0.001, staleSeconds: 60, scope: 'public' }),
      uses: { told },
      response: z.object({ run: z.int() }),
    },
    () => ({ run: ++runs }),
  )
  const app = createApp({
    title: 'T',
    version: '1',
    environment: 'test',
    auth: [callers],
    api: router('/', { shared }),
  })
  await app.start()
  const seen: unknown[] = []
  for (const name of ['ada', 'bob', 'carol']) {
    const answer = await app.fetch(new Request('http://localhost/', { headers: { authorization: name } }))
    const { run } = (await answer.json()) as { run: number }
    seen.push([answer.headers.get('x-caller'), answer.headers.getSetCookie().join().slice(0, 13), run])
    await renewed.promise
    renewed = Promise.withResolvers()
    await passed(2)
  }
  expect(seen).toEqual([
    ['ada', 'session=ada; ', 1],
    ['bob', 'session=bob; ', 1],
    ['carol', 'session=carol', 2],
  ])
  await app.stop()
})
