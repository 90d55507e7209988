import { createApp, route, router, slot } from 'ashlar'
import { anyone, authenticated } from 'ashlar/access'

const mailer = slot<{ send(): void }>('mailer')

export const app = createApp({
  title: 'Broken',
  version: '1.0.0',
  api: router('/', {
    me: route.get('/me', { access: authenticated }, () => undefined),
    mail: route.post('/mail', { access: anyone, uses: { mailer } }, () => undefined),
  }),
})
