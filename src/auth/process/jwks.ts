import { z } from 'zod'
import { anyone } from '../../core/access/index.ts'
import { currentResponse } from '../../core/builtin.ts'
import { route } from '../../core/route.ts'
import type { AccountsCore } from '../core/accounts-core.ts'

/** Less than the hour for which a key is published before it signs. */
const MAX_AGE_SECONDS = 300

const Jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })

/** The public keys of the app's access tokens, for services that verify them by themselves (RFC 7517 section 5). */
export function jwksOperation({ process }: Pick<AccountsCore, 'process'>) {
  return route.get(
    '/jwks',
    {
      access: anyone,
      uses: { process, head: currentResponse },
      summary: 'Public keys of access tokens',
      response: Jwks,
    },
    ({ process: { accessTokens }, head }) => {
      head.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`)
      return accessTokens.jwks() as z.input<typeof Jwks>
    },
  )
}
