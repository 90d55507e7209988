import { currentRequest } from '../core/builtin.ts'
import type { Authenticator } from '../core/access/index.ts'
import type { Operation } from '../core/operation.ts'
import { router } from '../core/router.ts'
import { onTestFinished } from 'vitest'
import { createApp } from '../app/create-app.ts'

/** Whoever sends a name is known by it. */
const callers: Authenticator = {
  kind: 'authenticator',
  name: 'token',
  scheme: { type: 'http', scheme: 'bearer' },
  challenge: 'Bearer',
  uses: { head: currentRequest },
  authenticate: (request, uses) => {
    const { head } = uses as { readonly head: typeof request }
    const id = head.header('authorization')
    return id === undefined ? undefined : { id }
  },
}

/** An app with one operation, which stops with the test. */
export interface Asked {
  readonly ask: (path?: string, headers?: Record<string, string>, method?: string) => Promise<unknown>
  /** What the log was warned of. */
  readonly warned: { readonly fields: object; readonly message: string }[]
}

export async function asking(read: Operation): Promise<Asked> {
  const warned: { fields: object; message: string }[] = []
  const silent = (): void => undefined
  const app = createApp({
    title: 'Test',
    version: '1.0.0',
    environment: 'test',
    auth: [callers],
    logger: {
      debug: silent,
      info: silent,
      error: silent,
      warn: (fields, message = '') => void warned.push({ fields, message }),
    },
    api: router('/', { read }),
  })
  await app.start()
  onTestFinished(() => app.stop())
  return {
    warned,
    ask: async (path = '/', headers = {}, method = 'GET') => {
      const answer = await app.fetch(new Request(`http://localhost${path}`, { headers, method }))
      const text = await answer.text()
      return text === '' ? answer.status : (JSON.parse(text) as unknown)
    },
  }
}
