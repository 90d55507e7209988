import { firstPage, type Position, type Request } from './scenarios.ts'

const POSITIONS = 200
const MOST_SKIPPED = 40

export interface Page {
  readonly items: readonly Record<string, unknown>[]
  readonly next: string | null
}

export async function fetchJson(origin: string, { method, target, body }: Request, status: number): Promise<unknown> {
  const headers = body === undefined ? undefined : { 'content-type': 'application/json' }
  const response = await fetch(origin + target, { method, body: body ?? null, ...(headers && { headers }) })
  const text = await response.text()
  if (response.status !== status)
    throw new Error(`${method} ${target} answered ${response.status}: ${text.slice(0, 500)}`)
  return JSON.parse(text)
}

/** The same places in the same lists for every server, each with the server's own cursor. */
export async function findPositions(origin: string, owners: readonly string[]): Promise<readonly Position[]> {
  const positions: Position[] = []
  for (let i = 0; i < POSITIONS; i += 1) {
    const ownerId = owners[(i * 7) % owners.length]!
    const skipped = 1 + (i % MOST_SKIPPED)
    const { next } = (await fetchJson(origin, firstPage(ownerId, skipped), 200)) as Page
    if (next === null) throw new Error(`The list of ${ownerId} has no page after ${skipped} rows.`)
    positions.push({ ownerId, skipped, cursor: next })
  }
  return positions
}
