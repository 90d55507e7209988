import { expect, test } from 'vitest'
import { startApi } from './api.ts'

test('the tags in use are listed, the most used first', async () => {
  await using api = await startApi()
  expect((await api.call('GET /tags')).body).toEqual({ tags: [] })
  const ada = await api.register('ada')
  await api.publish(ada, 'One', ['zebra', 'common', 'once'])
  await api.publish(ada, 'Two', ['common', 'zebra'])
  await api.publish(ada, 'Three', ['common'])
  expect((await api.call('GET /tags')).body).toEqual({ tags: ['common', 'zebra', 'once'] })
  await api.call('PUT /articles/one', { token: ada, json: { article: { tagList: [] } } })
  expect((await api.call('GET /tags')).body).toEqual({ tags: ['common', 'zebra'] })
})
