/**
 * The work the three operations do, the same in every server, so that only the frameworks differ.
 * Plain values and synchronous functions: nothing here costs more than building the answer.
 */
/** What Ashlar sends with every response by default; the peers with default features on send the same. */
export { SECURITY_HEADERS } from '../../src/http/response-lines.ts'

export interface Product {
  readonly id: number
  readonly name: string
  readonly price: number
  readonly inStock: boolean
  readonly updatedAt: string
}

export interface NewOrder {
  readonly customer: string
  readonly email: string
  readonly sku: string
  readonly quantity: number
  readonly unitPrice: number
  readonly currency: 'EUR' | 'USD' | 'GBP'
  readonly express: boolean
  readonly tags: readonly string[]
}

export interface Order extends NewOrder {
  readonly id: string
  readonly total: number
}

export type RegionName = 'eu' | 'us'

export interface Region {
  readonly name: RegionName
  readonly currency: 'EUR' | 'USD'
}

export interface Prices {
  readonly shipping: number
  readonly taxPercent: number
}

export interface Account {
  readonly user: string
  readonly region: RegionName
  readonly currency: 'EUR' | 'USD'
  readonly shipping: number
  readonly taxPercent: number
}

export const CURRENCIES = ['EUR', 'USD', 'GBP'] as const
export const REGIONS = ['eu', 'us'] as const
export const SKU_PATTERN = '^[A-Z]{3}-[0-9]{4}$'
export const EMAIL_PATTERN = '^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$'

export const ISSUER = 'https://bench.example'
export const AUDIENCE = 'bench'
/** Signs the one token of a run, on a server that lives for minutes on the loopback interface. */
export const SECRET = new TextEncoder().encode('a-benchmark-secret-of-more-than-32-bytes')

export function findProduct(id: number): Product {
  return { id, name: 'Walnut desk', price: 349.5, inStock: true, updatedAt: '2026-01-31T09:30:00.000Z' }
}

export function placeOrder(order: NewOrder): Order {
  const { customer, email, sku, quantity, unitPrice, currency, express, tags } = order
  const total = quantity * unitPrice
  return { id: 'ord_8f2c', customer, email, sku, quantity, unitPrice, currency, express, tags, total }
}

/** The shared dependency: asked for by the operation and by {@link pricesOf}. */
export function regionOf(name: RegionName): Region {
  return { name, currency: name === 'eu' ? 'EUR' : 'USD' }
}

export function pricesOf(region: Region): Prices {
  return region.name === 'eu' ? { shipping: 4.9, taxPercent: 19 } : { shipping: 7.5, taxPercent: 8 }
}

export function accountOf(user: string, region: Region, prices: Prices): Account {
  const { name, currency } = region
  return { user, region: name, currency, shipping: prices.shipping, taxPercent: prices.taxPercent }
}
