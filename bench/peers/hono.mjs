// Hono on its Node server, with its own Zod validator, context storage, request id and security headers, and a limit for bodies.
// PLAIN=1 leaves the last four out.
import { serve } from '@hono/node-server'
import { zValidator } from '@hono/zod-validator'
import { Hono } from 'hono'
import { contextStorage } from 'hono/context-storage'
import { createMiddleware } from 'hono/factory'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { accountOf, findProduct, placeOrder, pricesOf, regionOf } from '../http/domain.ts'
import { verifyBearer } from './verify.mjs'
import { AccountQuery, NewOrder, ProductParams } from './zod-schemas.mjs'

const app = new Hono()
if (process.env.PLAIN !== '1') {
  app.use(contextStorage())
  app.use(requestId())
  // Ashlar's four headers; the others of this middleware are switched off, to cost it nothing.
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      xContentTypeOptions: true,
      xFrameOptions: 'DENY',
      referrerPolicy: 'no-referrer',
      crossOriginResourcePolicy: 'same-origin',
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
      strictTransportSecurity: false,
      xDnsPrefetchControl: false,
      xDownloadOptions: false,
      xPermittedCrossDomainPolicies: false,
      xXssProtection: false,
    }),
  )
  // In place of hono/body-limit, which makes a web stream of every body: on Node it triples the cost of this operation.
  app.use('/orders', (c, next) => {
    const length = Number(c.req.header('content-length') ?? Number.NaN)
    if (Number.isNaN(length)) return c.json({ error: 'length required' }, 411)
    return length > 1024 * 1024 ? c.json({ error: 'too large' }, 413) : next()
  })
}

const authenticate = createMiddleware(async (c, next) => {
  const pending = verifyBearer(c.req.header('authorization'))
  const claims = pending instanceof Promise ? await pending : pending
  if (claims === undefined) return c.json({ error: 'unauthenticated' }, 401)
  c.set('user', claims)
  return next()
})

const region = createMiddleware((c, next) => {
  c.set('region', regionOf(c.req.valid('query').region))
  return next()
})

app.get('/products/:id', zValidator('param', ProductParams), (c) => c.json(findProduct(c.req.valid('param').id)))
app.post('/orders', zValidator('json', NewOrder), (c) => c.json(placeOrder(c.req.valid('json')), 201))
app.get('/account', authenticate, zValidator('query', AccountQuery), region, (c) => {
  const shared = c.get('region')
  return c.json(accountOf(c.get('user').sub, shared, pricesOf(shared)))
})

serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' })
