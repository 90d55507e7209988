// Express 5 with Zod, and the features Ashlar has on by default: request id, context and security headers.
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import express from 'express'
import { accountOf, findProduct, placeOrder, pricesOf, regionOf, SECURITY_HEADERS } from '../http/domain.ts'
import { verifyBearer } from './verify.mjs'
import { AccountQuery, NewOrder, ProductParams } from './zod-schemas.mjs'

const app = express()
app.disable('x-powered-by')
// No other server here hashes its answers.
app.disable('etag')
const context = new AsyncLocalStorage()
app.use((req, res, next) => {
  const requestId = randomUUID()
  res.setHeader('x-request-id', requestId)
  res.set(SECURITY_HEADERS)
  context.run({ requestId }, next)
})
const jsonBody = express.json({ limit: '1mb' })

const validate = (part, schema) => (req, res, next) => {
  const result = schema.safeParse(req[part])
  if (!result.success) return res.status(422).json({ error: 'invalid', issues: result.error.issues })
  req.valid = { ...req.valid, [part]: result.data }
  next()
}

async function authenticate(req, res, next) {
  const pending = verifyBearer(req.headers.authorization)
  const claims = pending instanceof Promise ? await pending : pending
  if (claims === undefined) return res.status(401).json({ error: 'unauthenticated' })
  req.user = claims
  next()
}

app.get('/products/:id', validate('params', ProductParams), (req, res) => {
  res.json(findProduct(req.valid.params.id))
})
app.post('/orders', jsonBody, validate('body', NewOrder), (req, res) => {
  res.status(201).json(placeOrder(req.valid.body))
})
app.get('/account', authenticate, validate('query', AccountQuery), (req, res) => {
  const region = regionOf(req.valid.query.region)
  res.json(accountOf(req.user.sub, region, pricesOf(region)))
})

app.listen(Number(process.env.PORT), '127.0.0.1')
