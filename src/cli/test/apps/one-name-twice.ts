import { createApp, named, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { z } from 'zod'

const post = route.get('/post', { access: anyone, response: named('Post', z.object({ id: z.int() })) }, () => ({
  id: 1,
}))
const other = route.get('/other', { access: anyone, response: named('Post', z.object({ title: z.string() })) }, () => ({
  title: 'Other',
}))

export const app = createApp({ title: 'Twice', version: '1.0.0', api: router('', { post, other }) })
