import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { anyone } from '../core/access/index.ts'
import { dependency } from '../core/dependency.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { operationMap } from './operation-map.ts'
import { describeApi } from './test/describe-api.ts'

describe('operationMap', () => {
  it('gives method, path and the form of the body by name, hidden operations and bodies of dependencies included', () => {
    const signed = dependency({ body: z.object({ signature: z.string() }) }, ({ body }) => body)
    const posts = router('/posts', {
      read: route.get('/:id', { access: anyone, hidden: true }, () => undefined),
      create: route.post('/', { access: anyone, body: z.object({}) }, () => undefined),
      upload: route.put('/files/*path', { access: anyone, form: z.object({}) }, () => undefined),
      receive: route.post('/received', { access: anyone, uses: { signed } }, () => undefined),
    })
    expect(operationMap(describeApi(router('/api', { posts })))).toEqual({
      'posts.read': { method: 'GET', path: '/api/posts/:id' },
      'posts.create': { method: 'POST', path: '/api/posts', body: 'json' },
      'posts.upload': { method: 'PUT', path: '/api/posts/files/*path', body: 'form' },
      'posts.receive': { method: 'POST', path: '/api/posts/received', body: 'json' },
    })
  })
})
