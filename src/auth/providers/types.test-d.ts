import { expectTypeOf } from 'vitest'
import { client } from '../../client/index.ts'
import { router } from '../../core/router.ts'
import type { Accounts } from '../accounts/types.ts'
import { externalProviders } from './external-providers.ts'

declare const auth: Accounts

const providers = externalProviders(auth, {
  google: { issuer: 'https://accounts.google.com', clientId: 'x', trustEmail: true },
  work: { issuer: 'https://login.example.com', clientId: 'y', profile: ({ sub }) => ({ name: sub }) },
})
const api = router('', { providers })
const calls = client<typeof api>('https://app.example.com').providers

// The client knows the providers by their names.
expectTypeOf<Parameters<typeof calls.link>[0]['params']['provider']>().toEqualTypeOf<'google' | 'work'>()
// @ts-expect-error no such provider
void calls.link({ params: { provider: 'other' }, body: {} })

expectTypeOf<keyof ReturnType<typeof providers.without<'link'>>['children']>().toEqualTypeOf<
  'start' | 'callback' | 'exchange' | 'identities' | 'unlink'
>()
