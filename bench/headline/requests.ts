import { SignJWT } from 'jose'
import type { Dataset } from '../data/dataset.ts'
import type { Request } from '../data/scenarios.ts'

const PEOPLE = 200
const MOST_SKIPPED = 40
const LIMIT = 20

/** Somebody with rows of their own, and a token as a log-in gives one. */
export interface Person {
  readonly id: string
  readonly token: string
}

export interface Page {
  readonly items: readonly Record<string, unknown>[]
  readonly next: string | null
}

export async function people({ busyOwners }: Dataset, secret: string): Promise<readonly Person[]> {
  const key = new TextEncoder().encode(secret)
  const ids = Array.from({ length: PEOPLE }, (_, i) => busyOwners[(i * 7) % busyOwners.length]!)
  return Promise.all(
    ids.map(async (id) => {
      const token = new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject(id).setIssuedAt()
      return { id, token: await token.setExpirationTime('4h').sign(key) }
    }),
  )
}

export async function ask(origin: string, token: string | undefined, query: string): Promise<Response> {
  return fetch(`${origin}/items?${query}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
}

export async function page(origin: string, { token }: Person, query: string): Promise<Page> {
  const response = await ask(origin, token, query)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`GET /items?${query} answered ${response.status}: ${text.slice(0, 500)}`)
  const body = JSON.parse(text) as { items: Page['items']; next?: string | null; nextCursor?: string | null }
  return { items: body.items, next: body.next ?? null }
}

/** The same places in the same lists for every server, each with the server's own cursor. */
export async function listRequests(origin: string, all: readonly Person[]): Promise<readonly Request[]> {
  const requests: Request[] = []
  for (const [i, person] of all.entries()) {
    const { next } = await page(origin, person, `limit=${1 + (i % MOST_SKIPPED)}`)
    if (next === null) throw new Error(`The list of ${person.id} has no second page.`)
    requests.push({
      method: 'GET',
      target: `/items?limit=${LIMIT}&cursor=${encodeURIComponent(next)}`,
      headers: { authorization: `Bearer ${person.token}` },
    })
  }
  return requests
}
