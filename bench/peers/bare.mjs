// Bare node:http as a careful engineer writes it: no framework, no default features, every check by hand.
import { createServer } from 'node:http'
import {
  accountOf,
  CURRENCIES,
  EMAIL_PATTERN,
  findProduct,
  placeOrder,
  pricesOf,
  REGIONS,
  regionOf,
  SKU_PATTERN,
} from '../http/domain.ts'
import { verifyBearer } from './verify.mjs'

const MAX_BODY_BYTES = 1024 * 1024
const EMAIL = new RegExp(EMAIL_PATTERN)
const SKU = new RegExp(SKU_PATTERN)
const PRODUCT = /^\/products\/([0-9]{1,15})$/

function sendJson(res, status, value) {
  const body = JSON.stringify(value)
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  res.end(body)
}

function isText(value, min, max) {
  return typeof value === 'string' && value.length >= min && value.length <= max
}

function isNewOrder(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    isText(value.customer, 1, 100) &&
    isText(value.email, 3, 254) &&
    EMAIL.test(value.email) &&
    typeof value.sku === 'string' &&
    SKU.test(value.sku) &&
    Number.isInteger(value.quantity) &&
    value.quantity >= 1 &&
    value.quantity <= 100 &&
    typeof value.unitPrice === 'number' &&
    value.unitPrice >= 0 &&
    CURRENCIES.includes(value.currency) &&
    typeof value.express === 'boolean' &&
    Array.isArray(value.tags) &&
    value.tags.length <= 10 &&
    value.tags.every((tag) => isText(tag, 1, 30))
  )
}

function postOrder(req, res) {
  const chunks = []
  let bytes = 0
  req.on('data', (chunk) => {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) {
      sendJson(res, 413, { error: 'too large' })
      req.destroy()
      return
    }
    chunks.push(chunk)
  })
  req.on('end', () => {
    let body
    try {
      body = JSON.parse((chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)).toString())
    } catch {
      return sendJson(res, 400, { error: 'invalid JSON' })
    }
    if (!isNewOrder(body)) return sendJson(res, 422, { error: 'invalid order' })
    return sendJson(res, 201, placeOrder(body))
  })
  req.on('error', () => res.destroy())
}

async function getAccount(req, res, search) {
  const pending = verifyBearer(req.headers.authorization)
  const claims = pending instanceof Promise ? await pending : pending
  if (claims === undefined) return sendJson(res, 401, { error: 'unauthenticated' })
  const name = new URLSearchParams(search).get('region') ?? 'eu'
  if (!REGIONS.includes(name)) return sendJson(res, 422, { error: 'unknown region' })
  const region = regionOf(name)
  return sendJson(res, 200, accountOf(claims.sub, region, pricesOf(region)))
}

const server = createServer((req, res) => {
  const mark = req.url.indexOf('?')
  const path = mark === -1 ? req.url : req.url.slice(0, mark)
  if (req.method === 'GET') {
    const product = PRODUCT.exec(path)
    if (product !== null) return sendJson(res, 200, findProduct(Number(product[1])))
    if (path === '/account') return void getAccount(req, res, mark === -1 ? '' : req.url.slice(mark + 1))
  }
  if (req.method === 'POST' && path === '/orders') return postOrder(req, res)
  return sendJson(res, 404, { error: 'not found' })
})

server.listen(Number(process.env.PORT), '127.0.0.1')
