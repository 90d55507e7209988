import { createHash, timingSafeEqual } from 'node:crypto'
import { accessFor, type AccessRule, type Authenticator } from '../../core/access/index.ts'
import { Unauthenticated } from '../../core/errors/index.ts'
import type { RequestHead } from '../../core/request.ts'

/** Characters that a token has at least. */
export const SHORTEST_TOKEN = 16

/** Compares the whole of it in every case. */
export function tokenCheck(token: string): (authorization: string | undefined) => boolean {
  const wanted = digest(token)
  return (authorization) => {
    const given = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    return given !== undefined && timingSafeEqual(digest(given), wanted)
  }
}

/** Whoever sends this token: `Authorization: Bearer <token>`. */
export function withToken(token: string): AccessRule {
  const isValid = tokenCheck(token)
  const scraper: Authenticator = {
    kind: 'authenticator',
    name: 'metricsToken',
    scheme: { type: 'http', scheme: 'bearer' },
    challenge: 'Bearer',
    uses: {},
    authenticate: (request: RequestHead) => {
      const authorization = request.header('authorization')
      if (authorization === undefined) return undefined
      if (isValid(authorization)) return { id: 'metrics' }
      throw new Unauthenticated('The token is not valid.', { headers: { 'www-authenticate': 'Bearer' } })
    },
  }
  return accessFor(scraper).authenticated
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
