import type { Operation, TokenFlows } from '../../core/operation.ts'
import { BEARER_SCHEME } from '../process/authenticators.ts'

const PASSWORD_FLOW: TokenFlows = { scheme: BEARER_SCHEME, flows: { password: {} } }

/**
 * Makes an operation of your own the one by which the docs page's Authorize button gets tokens of the accounts: it takes `oauth2PasswordForm` and answers
 * with `access_token` and `token_type` (RFC 6749 section 5.1). The accounts' own operation `token` is one already.
 *
 * @example
 * const token = tokenEndpoint(
 *   route.post('/token', { access: anyone, form: oauth2PasswordForm, uses: { users }, response: Token },
 *     ({ form, users }) => users.logIn(form.username, form.password)),
 * )
 */
export function tokenEndpoint<Endpoint extends Operation>(operation: Endpoint): Endpoint {
  return { ...operation, gives: PASSWORD_FLOW }
}
