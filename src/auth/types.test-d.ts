import { expectTypeOf } from 'vitest'
import { accessFor, type Authenticator, type Principal } from '../core/access/index.ts'
import { dependency } from '../core/dependency.ts'
import { route } from '../core/route.ts'
import { apiKey, basic, bearer, cookieSession, jwtBearer, jwtTokens, oauth2, openIdConnect } from './index.ts'

interface User extends Principal {
  readonly id: number
  readonly email: string
}
const users = dependency({ scope: 'app' }, () => ({
  byToken: async (token: string): Promise<User | undefined> => users0.get(token),
}))
const users0 = new Map<string, User>()

// `user` is what verify gives, whether at once or later, known or not
const token = bearer({ uses: { users }, verify: (token, { users }) => users.byToken(token) })
expectTypeOf(token).toEqualTypeOf<Authenticator<User>>()
expectTypeOf(bearer({ verify: (token) => ({ id: token, plan: 'free' as const }) })).toEqualTypeOf<
  Authenticator<{ id: string; plan: 'free' }>
>()
expectTypeOf(bearer({ verify: (token) => users0.get(token) })).toEqualTypeOf<Authenticator<User>>()
expectTypeOf(
  basic({ realm: 'x', verify: async (username, password) => users0.get(username + password) }),
).toEqualTypeOf<Authenticator<User>>()
expectTypeOf(
  apiKey({ in: 'header', name: 'x-key', uses: { users }, verify: (key, { users }) => users.byToken(key) }),
).toEqualTypeOf<Authenticator<User>>()
expectTypeOf(cookieSession({ find: (id) => users0.get(id) })).toEqualTypeOf<Authenticator<User>>()
expectTypeOf(oauth2({ flows: { password: { tokenUrl: '/t' } }, verify: (token) => users0.get(token) })).toEqualTypeOf<
  Authenticator<User>
>()
expectTypeOf(openIdConnect({ url: '/', verify: (token) => users0.get(token) })).toEqualTypeOf<Authenticator<User>>()

const secret = 'x'.repeat(32)
const jwt = jwtBearer({ secret, user: (claims) => ({ id: Number(claims.sub), name: String(claims.name) }) })
expectTypeOf(jwt).toEqualTypeOf<Authenticator<{ id: number; name: string }>>()
const tokens = jwtTokens({ secret, uses: { users }, user: (claims, { users }) => users.byToken(claims.sub ?? '') })
expectTypeOf(tokens.authenticator).toEqualTypeOf<Authenticator<User>>()

const { authenticated, optionallyAuthenticated } = accessFor(token)
route.get('/me', { access: authenticated }, ({ user }) => {
  expectTypeOf(user).toEqualTypeOf<User>()
})
route.get('/maybe', { access: optionallyAuthenticated }, ({ user }) => {
  expectTypeOf(user).toEqualTypeOf<User | undefined>()
})
const either = accessFor(token, jwt)
route.get('/either', { access: either.authenticated }, ({ user }) => {
  expectTypeOf(user).toEqualTypeOf<User | { id: number; name: string }>()
})

// @ts-expect-error a principal has an id
bearer({ verify: () => ({ name: 'ada' }) })
// @ts-expect-error `none` is no algorithm
jwtBearer({ secret, algorithms: ['none'], user: () => undefined })
// @ts-expect-error a key set says which algorithms it is for
jwtBearer({ jwks: new URL('https://id.example.com/jwks'), user: () => undefined })
// @ts-expect-error a token is about somebody
void tokens.issue({ name: 'ada' })
