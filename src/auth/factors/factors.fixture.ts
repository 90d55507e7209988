import { sql, type SQL } from 'drizzle-orm'
import { anyone } from '../../core/access/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { accountsApp, type AccountsApp, type TestAccounts } from '../accounts.fixture.ts'
import type { PasskeyOptions } from './options.ts'
import { secondFactors } from './second-factors.ts'
import { totpCode, totpStep } from './totp.ts'

type Options = Parameters<typeof accountsApp>[0]
type Json = Readonly<Record<string, unknown>>

/** What somebody carries: an authorization header or a cookie. */
export type Carried = Readonly<Record<string, string>>

export interface Answer<Body = Json> {
  readonly status: number
  readonly body: Body
  readonly headers: Headers
}

/** Operations of an app, one for each kind of rule. */
function guarded({ access }: TestAccounts) {
  return router('/notes', {
    own: route.get('/', { access: access.authenticated }, () => {}),
    write: route.post('/', { access: access.authenticated }, () => {}),
    edit: route.put('/edit', { access: access.role('editor') }, () => {}),
    remove: route.delete('/remove', { access: access.unrestricted }, () => {}),
    recent: route.get('/recent', { access: access.recent(300) }, () => {}),
    stepUp: route.get('/step-up', { access: access.recent(300, ['otp', 'passkey']) }, () => {}),
    open: route.get('/open', { access: anyone }, () => {}),
  })
}

/** An app with accounts, second factors and operations that ask who calls. */
export async function factorsApp(options: Options = {}, passkeys: PasskeyOptions = {}) {
  const app = await accountsApp(options, {
    api: (auth) => ({ factors: secondFactors(auth, { passkeys }), notes: guarded(auth) }),
  })
  const call = callerOf(app)
  const query = <Row = Json>(statement: SQL): Promise<Row[]> =>
    app.t.run(
      { drizzle: app.db.drizzle },
      async ({ drizzle }) => (await drizzle.execute(statement)).rows as unknown as Row[],
    )
  return { ...app, call, query, ...totpUsers(app, call) }
}

export type FactorsApp = Awaited<ReturnType<typeof factorsApp>>
type Call = ReturnType<typeof callerOf>

function callerOf({ t }: AccountsApp) {
  return async <Body = Json>(
    method: string,
    path: string,
    json?: unknown,
    headers: Carried = {},
  ): Promise<Answer<Body>> => {
    const response = await t.fetch(path, { method, headers, ...(json !== undefined && { json }) })
    const text = await response.text()
    const body = (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {}) as Body
    return { status: response.status, body, headers: response.headers }
  }
}

export interface TotpUser {
  readonly id: string
  readonly email: string
  readonly secret: Buffer
  /** That has confirmed the app. */
  readonly code: string
  readonly recoveryCodes: readonly string[]
  /** Of the session in which the factor was added. */
  readonly headers: Carried
}

function totpUsers(app: AccountsApp, call: Call) {
  /** Adds an authenticator app to the account, confirmed by the code of this moment. */
  const addTotp = async (headers: Carried): Promise<Omit<TotpUser, 'id' | 'email'>> => {
    const begun = await call<{ secret: string; uri: string }>('POST', '/auth/factors/totp', undefined, headers)
    const secret = fromBase32(begun.body.secret)
    const code = codeNow(secret)
    const confirmed = await call<{ recoveryCodes: string[]; session: { accessToken: string } }>(
      'POST',
      '/auth/factors/totp/confirm',
      { code },
      headers,
    )
    if (confirmed.status !== 200) throw new Error(`confirm: ${confirmed.status} ${JSON.stringify(confirmed.body)}`)
    const { recoveryCodes, session } = confirmed.body
    return { secret, code, recoveryCodes, headers: { authorization: `Bearer ${session.accessToken}` } }
  }
  return {
    addTotp,
    /** Somebody who logs in with a password and an authenticator app. Codes of the present are unused again. */
    totpUser: async (user?: Parameters<AccountsApp['register']>[0]): Promise<TotpUser> => {
      const { id, email } = await app.register(user)
      const added = await addTotp((await app.logIn(email)).headers)
      await app.t.run({ drizzle: app.db.drizzle }, async ({ drizzle }) => {
        await drizzle.execute(sql`update auth_factors set counter = 0 where user_id = ${id} and type = 'totp'`)
      })
      return { id, email, ...added }
    },
    /** The challenge that the first step of a log-in gives. */
    challengeOf: async (email: string, password: string, delivery = 'tokens'): Promise<string> => {
      const { body } = await call<{ status: string; challenge: string }>('POST', '/auth/login', {
        email,
        password,
        delivery,
      })
      if (body.status !== 'second_factor_required') throw new Error(JSON.stringify(body))
      return body.challenge
    },
  }
}

/** The code that an authenticator app shows now, or so many steps later. */
export function codeNow(secret: Uint8Array, later = 0): string {
  return totpCode(secret, totpStep(Date.now()) + later)
}

export function fromBase32(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = Array.from(text, (sign) => alphabet.indexOf(sign).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
