import { named, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { z } from 'zod'
import { tags } from './repository.ts'

const TagsResponse = named('TagsResponse', z.object({ tags: z.array(z.string()) }))

export const tagApi = router('/tags', {
  list: route.get(
    '/',
    {
      access: anyone,
      uses: { tags },
      response: TagsResponse,
      tags: ['Tags'],
      summary: 'List the tags in use',
      description: 'The most used first.',
    },
    async ({ tags }) => ({ tags: await tags.list() }),
  ),
})
